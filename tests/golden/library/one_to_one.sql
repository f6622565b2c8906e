SELECT coalesce(json_agg(r$8), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", (SELECT row_to_json(r$6) AS j 
FROM (SELECT t3.number AS "number", (SELECT row_to_json(r$5) AS j 
FROM (SELECT t4.name AS "name" 
FROM $workspace.writers AS t4 
WHERE t4.deleted_at IS NULL AND t4.id = t3.holder_id) AS r$5) AS "holder" 
FROM $workspace.passports AS t3 
WHERE t3.deleted_at IS NULL AND t3.holder_id = t1.id) AS r$6) AS "passport" 
FROM $workspace.writers AS t1 LEFT OUTER JOIN $workspace.passports AS t2 ON t2.holder_id = t1.id AND t2.deleted_at IS NULL 
WHERE t1.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.passports AS t7 
WHERE t7.holder_id = t1.id AND t7.deleted_at IS NULL AND t7.number LIKE $1::VARCHAR)) ORDER BY t2.number ASC, t1.id 
 LIMIT 60) AS r$8;
-- $1 = 'R%'
