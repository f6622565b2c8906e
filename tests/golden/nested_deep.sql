SELECT row_to_json(r$13) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$12), '[]'::json) AS j 
FROM (SELECT t2.name AS "name", l11.j AS "pointOfContact" 
FROM $workspace.opportunities AS t2 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r$10) AS j 
FROM (SELECT t3.first_name AS "firstName", (SELECT row_to_json(r$9) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$8), '[]'::json) AS j 
FROM (SELECT t5.first_name AS "firstName", (SELECT coalesce(json_agg(r$7), '[]'::json) AS j 
FROM (SELECT t6.title AS "title" 
FROM $workspace.notes AS t6 
WHERE t6.deleted_at IS NULL AND t6.person_id = t5.id ORDER BY t6.id 
 LIMIT 60) AS r$7) AS "notes" 
FROM $workspace.people AS t5 
WHERE t5.deleted_at IS NULL AND t5.company_id = t4.id ORDER BY t5.id 
 LIMIT 60) AS r$8) AS "people" 
FROM $workspace.companies AS t4 
WHERE t4.deleted_at IS NULL AND t4.id = t3.company_id) AS r$9) AS "company" 
FROM $workspace.people AS t3 
WHERE t3.deleted_at IS NULL AND t3.id = t2.point_of_contact_id) AS r$10) AS l11 ON true 
WHERE t2.deleted_at IS NULL AND t2.company_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$12) AS "opportunities" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.id = $1::UUID) AS r$13;
-- $1 = UUID('00000001-0000-7000-8000-000000000001')
