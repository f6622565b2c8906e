SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND (t1.name = $1::VARCHAR OR t1.employees < $2::INTEGER AND (t1.domain_name IS NULL) IS NOT true) ORDER BY t1.id 
 LIMIT 60) AS r$2;
-- $1 = 'Acme'
-- $2 = 5
