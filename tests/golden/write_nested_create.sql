BEGIN;

WITH w AS 
(INSERT INTO $workspace.companies (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, name) VALUES ($6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $10::VARCHAR) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.companies.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'companies'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = 'New'

SELECT $workspace.people.id, $workspace.people.id AS id__1 
FROM $workspace.people 
WHERE $workspace.people.id = ANY ($1::UUID[]) AND $workspace.people.deleted_at IS NULL;
-- $1 = [UUID('00000002-0000-7000-8000-000000000001')]

WITH w AS 
(INSERT INTO $workspace.opportunities (id, name, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_6.id AS id, anon_6.name AS name, $6::VARCHAR AS anon_7, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_8, $7::VARCHAR AS anon__2, $8::UUID AS anon_9, $8::UUID AS anon__3, $9::UUID AS anon_10, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS TEXT[])) AS anon_6(id, name) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.opportunities.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'opportunities'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"(new id)"}'
-- $11 = '{"deal"}'

WITH w AS 
(INSERT INTO $workspace.people (id, first_name, company_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_6.id AS id, anon_6.first_name AS first_name, anon_6.company_id AS company_id, $6::VARCHAR AS anon_7, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_8, $7::VARCHAR AS anon__2, $8::UUID AS anon_9, $8::UUID AS anon__3, $9::UUID AS anon_10, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS TEXT[]), CAST($12::VARCHAR AS UUID[])) AS anon_6(id, first_name, company_id) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
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
-- $11 = '{"One","Two"}'
-- $12 = '{"(new id)","(new id)"}'

WITH w AS 
(INSERT INTO $workspace.notes (id, title, opportunity_id, person_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_6.id AS id, anon_6.title AS title, anon_6.opportunity_id AS opportunity_id, anon_6.person_id AS person_id, $6::VARCHAR AS anon_7, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_8, $7::VARCHAR AS anon__2, $8::UUID AS anon_9, $8::UUID AS anon__3, $9::UUID AS anon_10, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS TEXT[]), CAST($12::VARCHAR AS UUID[]), CAST($13::VARCHAR AS UUID[])) AS anon_6(id, title, opportunity_id, person_id) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.notes.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'notes'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"(new id)","(new id)"}'
-- $11 = '{"a","b"}'
-- $12 = '{"(new id)",NULL}'
-- $13 = '{"(new id)","(new id)"}'

WITH w AS 
(UPDATE $workspace.people SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, company_id=anon_6."(above)" FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS UUID[])) AS anon_6(id, "(above)") WHERE $workspace.people.id = anon_6.id AND $workspace.people.company_id IS DISTINCT FROM anon_6."(above)" AND $workspace.people.deleted_at IS NULL RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'people'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"00000002-0000-7000-8000-000000000001"}'
-- $11 = '{"(new id)"}'

SELECT row_to_json(r$6) AS j 
FROM (SELECT t1.name AS "name", (SELECT coalesce(json_agg(r$5), '[]'::json) AS j 
FROM (SELECT t2.first_name AS "firstName", (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.title AS "title" 
FROM $workspace.notes AS t3 
WHERE t3.deleted_at IS NULL AND t3.person_id = t2.id ORDER BY t3.id 
 LIMIT 60) AS r$4) AS "notes" 
FROM $workspace.people AS t2 
WHERE t2.deleted_at IS NULL AND t2.company_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$5) AS "people" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.companies AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$6;
-- $1 = [UUID('(new id)')]

COMMIT;
