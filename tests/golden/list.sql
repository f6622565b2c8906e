SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.id AS "id", t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.id 
 LIMIT 60) AS r$2;
