SELECT (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", t1.employees AS "employees" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.employees DESC NULLS LAST, t1.name ASC, t1.id 
 LIMIT 60) AS r$2) AS f0, (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.stage AS "stage" 
FROM $workspace.opportunities AS t3 
WHERE t3.deleted_at IS NULL ORDER BY array_position($1::TEXT[], t3.stage) DESC, t3.id 
 LIMIT 60) AS r$4) AS f1, (SELECT coalesce(json_agg(r$7), '[]'::json) AS j 
FROM (SELECT t5.last_name AS "lastName" 
FROM $workspace.people AS t5 LEFT OUTER JOIN $workspace.companies AS t6 ON t6.id = t5.company_id AND t6.deleted_at IS NULL 
WHERE t5.deleted_at IS NULL ORDER BY t6.name DESC NULLS FIRST, t6.employees ASC, t5.id DESC 
 LIMIT 60) AS r$7) AS f2;
-- $1 = ['NEW', 'SCREENING', 'MEETING', 'PROPOSAL', 'CUSTOMER']
