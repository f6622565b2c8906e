SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName" 
FROM $workspace.people AS t1 
WHERE t1.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.companies AS t2 
WHERE t2.id = t1.company_id AND t2.deleted_at IS NULL AND t2.name = $1::VARCHAR AND (EXISTS (SELECT * 
FROM $workspace.people AS t3 
WHERE t3.company_id = t2.id AND t3.deleted_at IS NULL AND t3.city IS NULL)))) ORDER BY t1.id 
 LIMIT 60) AS r$4;
-- $1 = 'Teapot 100%'
