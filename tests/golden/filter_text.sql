SELECT (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.name = $1::VARCHAR ORDER BY t1.id 
 LIMIT 60) AS r$2) AS f0, (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.name AS "name" 
FROM $workspace.companies AS t3 
WHERE t3.deleted_at IS NULL AND t3.domain_name IS DISTINCT FROM $2::VARCHAR ORDER BY t3.id 
 LIMIT 60) AS r$4) AS f1, (SELECT coalesce(json_agg(r$6), '[]'::json) AS j 
FROM (SELECT t5.name AS "name" 
FROM $workspace.companies AS t5 
WHERE t5.deleted_at IS NULL AND t5.name LIKE $3::VARCHAR ORDER BY t5.id 
 LIMIT 60) AS r$6) AS f2, (SELECT coalesce(json_agg(r$8), '[]'::json) AS j 
FROM (SELECT t7.name AS "name" 
FROM $workspace.companies AS t7 
WHERE t7.deleted_at IS NULL AND t7.name LIKE $4::VARCHAR ORDER BY t7.id 
 LIMIT 60) AS r$8) AS f3, (SELECT coalesce(json_agg(r$10), '[]'::json) AS j 
FROM (SELECT t9.name AS "name" 
FROM $workspace.companies AS t9 
WHERE t9.deleted_at IS NULL AND t9.name ILIKE $5::VARCHAR AND t9.name LIKE $6::VARCHAR ORDER BY t9.id 
 LIMIT 60) AS r$10) AS f4, (SELECT coalesce(json_agg(r$12), '[]'::json) AS j 
FROM (SELECT t11.name AS "name" 
FROM $workspace.companies AS t11 
WHERE t11.deleted_at IS NULL AND (t11.name ~* $7::VARCHAR) ORDER BY t11.id 
 LIMIT 60) AS r$12) AS f5, (SELECT coalesce(json_agg(r$14), '[]'::json) AS j 
FROM (SELECT t13.name AS "name" 
FROM $workspace.companies AS t13 
WHERE t13.deleted_at IS NULL AND (coalesce(t13.domain_name, '') = '') IS NOT DISTINCT FROM $8::BOOLEAN ORDER BY t13.id 
 LIMIT 60) AS r$14) AS f6;
-- $1 = 'Acme'
-- $2 = 'acme.com'
-- $3 = '%\\_%'
-- $4 = '%100\\%%'
-- $5 = 'C%'
-- $6 = '%s'
-- $7 = '^(acme|tea)'
-- $8 = True
