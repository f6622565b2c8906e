SELECT coalesce(json_agg(r$7), '[]'::json) AS j 
FROM (SELECT (SELECT row_to_json(r$6) AS j 
FROM (SELECT (SELECT row_to_json(r$5) AS j 
FROM (SELECT g4.k0 AS "name") AS r$5) AS "company") AS r$6) AS "key", g4.a0 AS "count" 
FROM (SELECT t2.name AS k0, count(*) AS a0 
FROM $workspace.opportunities AS t1 LEFT OUTER JOIN $workspace.companies AS t2 ON t2.id = t1.company_id AND t2.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t3 
WHERE t3.company_id = t2.id AND t3.deleted_at IS NULL AND t3.email = $1::VARCHAR)) 
WHERE t1.deleted_at IS NULL AND t1.point_of_contact_id = $2::UUID GROUP BY t2.name ORDER BY t2.name ASC 
 LIMIT 60) AS g4) AS r$7;
-- $1 = 'alice@acme.com'
-- $2 = UUID('00000002-0000-7000-8000-000000000001')
