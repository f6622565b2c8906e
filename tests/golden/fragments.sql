SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t1.name AS "title", t1.employees AS "employees", (SELECT coalesce(json_agg(r$3), '[]'::json) AS j 
FROM (SELECT t2.last_name AS "lastName", t2.first_name AS "firstName", t2.city AS "city" 
FROM $workspace.people AS t2 
WHERE t2.deleted_at IS NULL AND t2.company_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$3) AS "people" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.id 
 LIMIT 1) AS r$4;
