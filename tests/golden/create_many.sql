BEGIN;

SELECT $workspace.companies.domain_name, $workspace.companies.id 
FROM $workspace.companies 
WHERE $workspace.companies.domain_name = ANY ($1::TEXT[]) AND $workspace.companies.deleted_at IS NULL;
-- $1 = ['teapot.example']

SELECT $workspace.companies.id, $workspace.companies.id AS id__1 
FROM $workspace.companies 
WHERE $workspace.companies.id = ANY ($1::UUID[]) AND $workspace.companies.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001')]

INSERT INTO $workspace.people (id, first_name, last_name, company_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.first_name, anon_1.last_name, anon_1.company_id, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS TEXT[]), CAST($7::VARCHAR AS TEXT[]), CAST($8::VARCHAR AS UUID[])) AS anon_1(id, first_name, last_name, company_id);
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)","(new id)"}'
-- $6 = '{"One",""}'
-- $7 = '{"","Two"}'
-- $8 = '{"00000001-0000-7000-8000-000000000001","00000001-0000-7000-8000-000000000002"}'

SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName", t1.last_name AS "lastName", (SELECT row_to_json(r$3) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = t1.company_id) AS r$3) AS "company" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$4;
-- $1 = [UUID('(new id)'), UUID('(new id)')]

COMMIT;
