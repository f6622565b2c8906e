WITH w AS 
(DELETE FROM $workspace.companies WHERE $workspace.companies.id = $1::UUID RETURNING $workspace.companies.id, $workspace.companies.name)
 SELECT row_to_json(r$3) AS j 
FROM (SELECT w.name AS "name", (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName" 
FROM $workspace.people AS t1 
WHERE t1.deleted_at IS NULL AND t1.company_id = w.id ORDER BY t1.id 
 LIMIT 60) AS r$2) AS "people" 
FROM w) AS r$3;
-- $1 = UUID('00000001-0000-7000-8000-000000000002')
