SELECT (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.id 
 LIMIT $1::BIGINT OFFSET $2::BIGINT) AS r$2) AS f0, (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.first_name AS "firstName" 
FROM $workspace.people AS t3 
WHERE t3.deleted_at IS NULL ORDER BY t3.id 
 LIMIT 2 OFFSET 1) AS r$4) AS f1, (SELECT coalesce(json_agg(r$6), '[]'::json) AS j 
FROM (SELECT t5.title AS "title" 
FROM $workspace.tasks AS t5 
WHERE t5.deleted_at IS NULL ORDER BY t5.id 
 LIMIT 60) AS r$6) AS f2;
-- $1 = 1
-- $2 = 1
