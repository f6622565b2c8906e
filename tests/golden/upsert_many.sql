BEGIN;

WITH w AS 
(INSERT INTO $workspace.companies (id, domain_name, employees, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_7.id AS id, anon_7.domain_name AS domain_name, anon_7.employees AS employees, $6::VARCHAR AS anon_8, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_9, $7::VARCHAR AS anon__2, $8::UUID AS anon_10, $8::UUID AS anon__3, $9::UUID AS anon_11, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS TEXT[]), CAST($12::VARCHAR AS INTEGER[])) AS anon_7(id, domain_name, employees) ON CONFLICT (domain_name) WHERE deleted_at IS NULL DO UPDATE SET updated_at = now(), updated_by_source = excluded.updated_by_source, updated_by_name = excluded.updated_by_name, updated_by_user_id = excluded.updated_by_user_id, updated_by_api_key_id = excluded.updated_by_api_key_id, employees = excluded.employees RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.companies.id, $workspace.companies.domain_name), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT CASE WHEN (w.__before IS NULL) THEN 'CREATED' ELSE 'UPDATED' END AS anon_1, $1::VARCHAR AS anon_2, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_3, $3::VARCHAR AS anon_4, $4::UUID AS anon_5, $5::SMALLINT AS anon_6 
FROM w 
WHERE CAST(w.__before AS TEXT) IS DISTINCT FROM CAST(w.__after AS TEXT))
 SELECT w.id, w.domain_name 
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
-- $10 = '{"(new id)","(new id)"}'
-- $11 = '{"acme.com","teapot.example"}'
-- $12 = '{"1","2"}'

WITH w AS 
(INSERT INTO $workspace.companies (id, name, domain_name, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_7.id AS id, anon_7.name AS name, anon_7.domain_name AS domain_name, $6::VARCHAR AS anon_8, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_9, $7::VARCHAR AS anon__2, $8::UUID AS anon_10, $8::UUID AS anon__3, $9::UUID AS anon_11, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS TEXT[]), CAST($12::VARCHAR AS TEXT[])) AS anon_7(id, name, domain_name) ON CONFLICT (domain_name) WHERE deleted_at IS NULL DO UPDATE SET updated_at = now(), updated_by_source = excluded.updated_by_source, updated_by_name = excluded.updated_by_name, updated_by_user_id = excluded.updated_by_user_id, updated_by_api_key_id = excluded.updated_by_api_key_id, name = excluded.name RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.companies.id, $workspace.companies.domain_name), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT CASE WHEN (w.__before IS NULL) THEN 'CREATED' ELSE 'UPDATED' END AS anon_1, $1::VARCHAR AS anon_2, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_3, $3::VARCHAR AS anon_4, $4::UUID AS anon_5, $5::SMALLINT AS anon_6 
FROM w 
WHERE CAST(w.__before AS TEXT) IS DISTINCT FROM CAST(w.__after AS TEXT))
 SELECT w.id, w.domain_name 
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
-- $10 = '{"(new id)"}'
-- $11 = '{"New"}'
-- $12 = '{"new.example"}'

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", t1.employees AS "employees" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.companies AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001'), UUID('(new id)'), UUID('00000001-0000-7000-8000-000000000002')]

COMMIT;
