SELECT coalesce(json_agg(r$6), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", (SELECT coalesce(json_agg(r$3), '[]'::json) AS j 
FROM (SELECT t2.first_name AS "firstName" 
FROM $workspace.people AS t2 
WHERE t2.deleted_at IS NULL AND t2.city IS DISTINCT FROM $1::VARCHAR AND t2.company_id = t1.id ORDER BY t2.first_name DESC, t2.id 
 LIMIT $2::BIGINT OFFSET 0) AS r$3) AS "people", (SELECT coalesce(json_agg(r$5), '[]'::json) AS j 
FROM (SELECT t4.name AS "name" 
FROM $workspace.opportunities AS t4 
WHERE t4.deleted_at IS NULL AND t4.company_id = t1.id ORDER BY t4.id 
 LIMIT 60) AS r$5) AS "opportunities" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.id 
 LIMIT 60) AS r$6;
-- $1 = 'Oxford'
-- $2 = 5
