BEGIN;

WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, name=$10::VARCHAR WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $11::UUID RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.companies.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
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
-- $10 = 'Changed'
-- $11 = UUID('00000001-0000-7000-8000-000000000002')

SELECT $workspace.people.id, $workspace.people.id AS id__1 
FROM $workspace.people 
WHERE $workspace.people.id = ANY ($1::UUID[]) AND $workspace.people.deleted_at IS NULL;
-- $1 = [UUID('00000002-0000-7000-8000-000000000002'), UUID('00000002-0000-7000-8000-000000000003')]

SELECT $workspace.notes.id, $workspace.notes.id AS id__1 
FROM $workspace.notes 
WHERE $workspace.notes.id = ANY ($1::UUID[]) AND $workspace.notes.deleted_at IS NULL;
-- $1 = [UUID('00000004-0000-7000-8000-000000000001')]

WITH w AS 
(UPDATE $workspace.notes SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, company_id=NULL WHERE $workspace.notes.company_id = ANY ($10::UUID[]) AND ($workspace.notes.id = ANY ($11::UUID[])) IS NOT true AND $workspace.notes.deleted_at IS NULL RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.notes.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'notes'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = [UUID('00000001-0000-7000-8000-000000000002')]
-- $11 = [UUID('00000004-0000-7000-8000-000000000001')]

WITH w AS 
(UPDATE $workspace.notes SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, company_id=anon_6."(above)" FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS UUID[])) AS anon_6(id, "(above)") WHERE $workspace.notes.id = anon_6.id AND $workspace.notes.company_id IS DISTINCT FROM anon_6."(above)" AND $workspace.notes.deleted_at IS NULL RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.notes.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'notes'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"00000004-0000-7000-8000-000000000001"}'
-- $11 = '{"00000001-0000-7000-8000-000000000002"}'

WITH w AS 
(UPDATE $workspace.people SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, company_id=anon_6.company_id FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS UUID[]), CAST($12::VARCHAR AS UUID[])) AS anon_6(id, "(above)", company_id) WHERE $workspace.people.id = anon_6.id AND $workspace.people.company_id = anon_6."(above)" AND $workspace.people.deleted_at IS NULL RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
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
-- $10 = '{"00000002-0000-7000-8000-000000000002"}'
-- $11 = '{"00000001-0000-7000-8000-000000000002"}'
-- $12 = '{NULL}'

WITH w AS 
(UPDATE $workspace.people SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, city=anon_6.city, birthday=anon_6.birthday FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS UUID[]), CAST($12::VARCHAR AS TEXT[]), CAST($13::VARCHAR AS DATE[])) AS anon_6(id, "(above)", city, birthday) WHERE $workspace.people.id = anon_6.id AND $workspace.people.company_id = anon_6."(above)" AND $workspace.people.deleted_at IS NULL RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
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
-- $10 = '{"00000002-0000-7000-8000-000000000003"}'
-- $11 = '{"00000001-0000-7000-8000-000000000002"}'
-- $12 = '{"Bath"}'
-- $13 = '{"1860-01-01"}'

SELECT row_to_json(r$6) AS j 
FROM (SELECT t1.name AS "name", (SELECT coalesce(json_agg(r$3), '[]'::json) AS j 
FROM (SELECT t2.first_name AS "firstName", t2.city AS "city" 
FROM $workspace.people AS t2 
WHERE t2.deleted_at IS NULL AND t2.company_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$3) AS "people", (SELECT coalesce(json_agg(r$5), '[]'::json) AS j 
FROM (SELECT t4.title AS "title" 
FROM $workspace.notes AS t4 
WHERE t4.deleted_at IS NULL AND t4.company_id = t1.id ORDER BY t4.id 
 LIMIT 60) AS r$5) AS "notes" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.companies AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$6;
-- $1 = [UUID('00000001-0000-7000-8000-000000000002')]

COMMIT;
