BEGIN;

SELECT $workspace.companies.domain_name, $workspace.companies.id 
FROM $workspace.companies 
WHERE $workspace.companies.domain_name = ANY ($1::TEXT[]) AND $workspace.companies.deleted_at IS NULL;
-- $1 = ['teapot.example']

SELECT $workspace.companies.id, $workspace.companies.id AS id__1 
FROM $workspace.companies 
WHERE $workspace.companies.id = ANY ($1::UUID[]) AND $workspace.companies.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001')]

WITH w AS 
(INSERT INTO $workspace.people (id, first_name, last_name, company_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_6.id AS id, anon_6.first_name AS first_name, anon_6.last_name AS last_name, anon_6.company_id AS company_id, $6::VARCHAR AS anon_7, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_8, $7::VARCHAR AS anon__2, $8::UUID AS anon_9, $8::UUID AS anon__3, $9::UUID AS anon_10, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS TEXT[]), CAST($12::VARCHAR AS TEXT[]), CAST($13::VARCHAR AS UUID[])) AS anon_6(id, first_name, last_name, company_id) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'people'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"(new id)","(new id)"}'
-- $11 = '{"One",""}'
-- $12 = '{"","Two"}'
-- $13 = '{"00000001-0000-7000-8000-000000000001","00000001-0000-7000-8000-000000000002"}'

SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName", t1.last_name AS "lastName", (SELECT row_to_json(r$3) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = t1.company_id) AS r$3) AS "company" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$4;
-- $1 = [UUID('(new id)'), UUID('(new id)')]

COMMIT;
