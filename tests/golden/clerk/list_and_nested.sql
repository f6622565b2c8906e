SELECT coalesce(json_agg(r$13), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", (SELECT coalesce(json_agg(r$7), '[]'::json) AS j 
FROM (SELECT t2.first_name AS "firstName", l6.j AS "company" 
FROM $workspace.people AS t2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r$5) AS j 
FROM (SELECT t3.name AS "name" 
FROM $workspace.companies AS t3 
WHERE t3.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t4 
WHERE t4.company_id = t3.id AND t4.deleted_at IS NULL AND t4.email = $1::VARCHAR)) AND t3.id = t2.company_id) AS r$5) AS l6 ON true 
WHERE t2.deleted_at IS NULL AND t2.company_id IS NOT NULL AND t2.company_id = t1.id ORDER BY t2.id 
 LIMIT 5) AS r$7) AS "people", (SELECT row_to_json(r$10) AS j 
FROM (SELECT s9.a0 AS "count" 
FROM (SELECT count(*) AS a0 
FROM $workspace.people AS t8 
WHERE t8.deleted_at IS NULL AND t8.company_id IS NOT NULL AND t8.company_id = t1.id) AS s9) AS r$10) AS "peopleAggregate" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t11 
WHERE t11.company_id = t1.id AND t11.deleted_at IS NULL AND t11.email = $2::VARCHAR)) AND (EXISTS (SELECT * 
FROM $workspace.people AS t12 
WHERE t12.company_id = t1.id AND t12.deleted_at IS NULL AND t12.company_id IS NOT NULL AND t12.first_name IS DISTINCT FROM $3::VARCHAR)) ORDER BY t1.name ASC, t1.id 
 LIMIT 5) AS r$13;
-- $1 = 'alice@acme.com'
-- $2 = 'alice@acme.com'
-- $3 = 'Hatter'
