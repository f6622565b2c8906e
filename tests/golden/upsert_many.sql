BEGIN;

INSERT INTO $workspace.companies (id, domain_name, employees, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.domain_name, anon_1.employees, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS TEXT[]), CAST($7::VARCHAR AS INTEGER[])) AS anon_1(id, domain_name, employees) ON CONFLICT (domain_name) WHERE deleted_at IS NULL DO UPDATE SET updated_at = now(), updated_by_source = excluded.updated_by_source, updated_by_name = excluded.updated_by_name, updated_by_user_id = excluded.updated_by_user_id, updated_by_api_key_id = excluded.updated_by_api_key_id, employees = excluded.employees RETURNING $workspace.companies.id, $workspace.companies.domain_name;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)","(new id)"}'
-- $6 = '{"acme.com","teapot.example"}'
-- $7 = '{"1","2"}'

INSERT INTO $workspace.companies (id, name, domain_name, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.name, anon_1.domain_name, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS TEXT[]), CAST($7::VARCHAR AS TEXT[])) AS anon_1(id, name, domain_name) ON CONFLICT (domain_name) WHERE deleted_at IS NULL DO UPDATE SET updated_at = now(), updated_by_source = excluded.updated_by_source, updated_by_name = excluded.updated_by_name, updated_by_user_id = excluded.updated_by_user_id, updated_by_api_key_id = excluded.updated_by_api_key_id, name = excluded.name RETURNING $workspace.companies.id, $workspace.companies.domain_name;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)"}'
-- $6 = '{"New"}'
-- $7 = '{"new.example"}'

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", t1.employees AS "employees" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.companies AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001'), UUID('(new id)'), UUID('00000001-0000-7000-8000-000000000002')]

COMMIT;
