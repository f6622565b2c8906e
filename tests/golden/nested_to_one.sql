SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName", (SELECT row_to_json(r$3) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = t1.company_id) AS r$3) AS "company", t1.company_id AS "companyId" 
FROM $workspace.people AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.id 
 LIMIT 60) AS r$4;
