BEGIN;

WITH w AS 
(INSERT INTO $workspace.people (first_name, email, company_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT $6::VARCHAR AS anon_6, $7::VARCHAR AS anon_7, t1.id AS id, $8::VARCHAR AS anon_8, $8::VARCHAR AS anon__1, $9::VARCHAR AS anon_9, $9::VARCHAR AS anon__2, $10::UUID AS anon_10, $10::UUID AS anon__3, $11::UUID AS anon_11, $11::UUID AS anon__4 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t2 
WHERE t2.company_id = t1.id AND t2.deleted_at IS NULL AND t2.email = $12::VARCHAR)) AND t1.id = $13::UUID RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'people'
-- $2 = {'source': 'MANUAL', 'name': 'alice@acme.com', 'userId': UUID('00000002-0000-7000-8000-000000000001'), 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'Bill'
-- $7 = 'alice@acme.com'
-- $8 = 'MANUAL'
-- $9 = 'alice@acme.com'
-- $10 = UUID('00000002-0000-7000-8000-000000000001')
-- $11 = None
-- $12 = 'alice@acme.com'
-- $13 = UUID('00000001-0000-7000-8000-000000000001')

SELECT anon_1.id 
FROM unnest(CAST($1::VARCHAR AS UUID[])) AS anon_1(id) 
WHERE NOT (EXISTS (SELECT * 
FROM $workspace.people 
WHERE $workspace.people.id = anon_1.id AND $workspace.people.company_id IS NOT NULL)) 
 LIMIT 1;
-- $1 = '{"(new id)"}'

SELECT row_to_json(r$5) AS j 
FROM (SELECT t1.first_name AS "firstName", (SELECT row_to_json(r$4) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t3 
WHERE t3.company_id = t2.id AND t3.deleted_at IS NULL AND t3.email = $1::VARCHAR)) AND t2.id = t1.company_id) AS r$4) AS "company" 
FROM unnest($2::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id 
WHERE t1.company_id IS NOT NULL ORDER BY anon_1.n) AS r$5;
-- $1 = 'alice@acme.com'
-- $2 = [UUID('(new id)')]

COMMIT;
