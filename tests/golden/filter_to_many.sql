SELECT (SELECT coalesce(json_agg(r$3), '[]'::json) AS j 
FROM (SELECT t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t2 
WHERE t2.company_id = t1.id AND t2.deleted_at IS NULL AND t2.city = $1::VARCHAR)) ORDER BY t1.id 
 LIMIT 60) AS r$3) AS f0, (SELECT coalesce(json_agg(r$6), '[]'::json) AS j 
FROM (SELECT t4.name AS "name" 
FROM $workspace.companies AS t4 
WHERE t4.deleted_at IS NULL AND NOT (EXISTS (SELECT * 
FROM $workspace.people AS t5 
WHERE t5.company_id = t4.id AND t5.deleted_at IS NULL AND (t5.city IS NOT NULL) IS NOT true)) ORDER BY t4.id 
 LIMIT 60) AS r$6) AS f1, (SELECT coalesce(json_agg(r$9), '[]'::json) AS j 
FROM (SELECT t7.name AS "name" 
FROM $workspace.companies AS t7 
WHERE t7.deleted_at IS NULL AND NOT (EXISTS (SELECT * 
FROM $workspace.people AS t8 
WHERE t8.company_id = t7.id AND t8.deleted_at IS NULL)) ORDER BY t7.id 
 LIMIT 60) AS r$9) AS f2;
-- $1 = 'Oxford'
