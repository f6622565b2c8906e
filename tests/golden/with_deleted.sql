SELECT (SELECT row_to_json(r$12) AS j 
FROM (SELECT t1.name AS "name", (SELECT coalesce(json_agg(r$6), '[]'::json) AS j 
FROM (SELECT t2.first_name AS "firstName", l5.j AS "company" 
FROM $workspace.people AS t2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r$4) AS j 
FROM (SELECT t3.name AS "name" 
FROM $workspace.companies AS t3 
WHERE t3.deleted_at IS NULL AND t3.id = t2.company_id) AS r$4) AS l5 ON true 
WHERE t2.deleted_at IS NULL AND t2.company_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$6) AS "people", (SELECT coalesce(json_agg(r$11), '[]'::json) AS j 
FROM (SELECT t7.first_name AS "firstName", l10.j AS "company" 
FROM $workspace.people AS t7 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r$9) AS j 
FROM (SELECT t8.name AS "name", t8.deleted_at AS "deletedAt" 
FROM $workspace.companies AS t8 
WHERE t8.id = t7.company_id) AS r$9) AS l10 ON true 
WHERE t7.company_id = t1.id ORDER BY t7.id 
 LIMIT 60) AS r$11) AS "all" 
FROM $workspace.companies AS t1 
WHERE t1.id = $1::UUID) AS r$12) AS f0, (SELECT coalesce(json_agg(r$14), '[]'::json) AS j 
FROM (SELECT t13.name AS "name" 
FROM $workspace.companies AS t13 
WHERE t13.deleted_at IS NOT NULL ORDER BY t13.id 
 LIMIT 60) AS r$14) AS f1;
-- $1 = UUID('00000001-0000-7000-8000-000000000009')
