BEGIN;

INSERT INTO $workspace.companies (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, name) VALUES ($1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $5::VARCHAR) RETURNING $workspace.companies.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'New'

SELECT $workspace.people.id, $workspace.people.id AS id__1 
FROM $workspace.people 
WHERE $workspace.people.id = ANY ($1::UUID[]) AND $workspace.people.deleted_at IS NULL;
-- $1 = [UUID('00000002-0000-7000-8000-000000000001')]

INSERT INTO $workspace.opportunities (id, name, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.name, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS TEXT[])) AS anon_1(id, name);
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)"}'
-- $6 = '{"deal"}'

INSERT INTO $workspace.people (id, first_name, company_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.first_name, anon_1.company_id, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS TEXT[]), CAST($7::VARCHAR AS UUID[])) AS anon_1(id, first_name, company_id);
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)","(new id)"}'
-- $6 = '{"One","Two"}'
-- $7 = '{"(new id)","(new id)"}'

INSERT INTO $workspace.notes (id, title, opportunity_id, person_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.title, anon_1.opportunity_id, anon_1.person_id, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS TEXT[]), CAST($7::VARCHAR AS UUID[]), CAST($8::VARCHAR AS UUID[])) AS anon_1(id, title, opportunity_id, person_id);
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)","(new id)"}'
-- $6 = '{"a","b"}'
-- $7 = '{"(new id)",NULL}'
-- $8 = '{"(new id)","(new id)"}'

UPDATE $workspace.people SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, company_id=anon_1."(above)" FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS UUID[])) AS anon_1(id, "(above)") WHERE $workspace.people.id = anon_1.id AND $workspace.people.company_id IS DISTINCT FROM anon_1."(above)" AND $workspace.people.deleted_at IS NULL;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"00000002-0000-7000-8000-000000000001"}'
-- $6 = '{"(new id)"}'

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
