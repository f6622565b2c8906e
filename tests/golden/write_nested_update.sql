BEGIN;

UPDATE $workspace.companies SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, name=$5::VARCHAR WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $6::UUID RETURNING $workspace.companies.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'Changed'
-- $6 = UUID('00000001-0000-7000-8000-000000000002')

SELECT $workspace.people.id, $workspace.people.id AS id__1 
FROM $workspace.people 
WHERE $workspace.people.id = ANY ($1::UUID[]) AND $workspace.people.deleted_at IS NULL;
-- $1 = [UUID('00000002-0000-7000-8000-000000000002'), UUID('00000002-0000-7000-8000-000000000003')]

SELECT $workspace.notes.id, $workspace.notes.id AS id__1 
FROM $workspace.notes 
WHERE $workspace.notes.id = ANY ($1::UUID[]) AND $workspace.notes.deleted_at IS NULL;
-- $1 = [UUID('00000004-0000-7000-8000-000000000001')]

UPDATE $workspace.notes SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, company_id=NULL WHERE $workspace.notes.company_id = ANY ($5::UUID[]) AND ($workspace.notes.id = ANY ($6::UUID[])) IS NOT true AND $workspace.notes.deleted_at IS NULL RETURNING $workspace.notes.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = [UUID('00000001-0000-7000-8000-000000000002')]
-- $6 = [UUID('00000004-0000-7000-8000-000000000001')]

UPDATE $workspace.notes SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, company_id=anon_1."(above)" FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS UUID[])) AS anon_1(id, "(above)") WHERE $workspace.notes.id = anon_1.id AND $workspace.notes.company_id IS DISTINCT FROM anon_1."(above)" AND $workspace.notes.deleted_at IS NULL;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"00000004-0000-7000-8000-000000000001"}'
-- $6 = '{"00000001-0000-7000-8000-000000000002"}'

UPDATE $workspace.people SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, company_id=anon_1.company_id FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS UUID[]), CAST($7::VARCHAR AS UUID[])) AS anon_1(id, "(above)", company_id) WHERE $workspace.people.id = anon_1.id AND $workspace.people.company_id = anon_1."(above)" AND $workspace.people.deleted_at IS NULL RETURNING $workspace.people.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"00000002-0000-7000-8000-000000000002"}'
-- $6 = '{"00000001-0000-7000-8000-000000000002"}'
-- $7 = '{NULL}'

UPDATE $workspace.people SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, city=anon_1.city, birthday=anon_1.birthday FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS UUID[]), CAST($7::VARCHAR AS TEXT[]), CAST($8::VARCHAR AS DATE[])) AS anon_1(id, "(above)", city, birthday) WHERE $workspace.people.id = anon_1.id AND $workspace.people.company_id = anon_1."(above)" AND $workspace.people.deleted_at IS NULL RETURNING $workspace.people.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"00000002-0000-7000-8000-000000000003"}'
-- $6 = '{"00000001-0000-7000-8000-000000000002"}'
-- $7 = '{"Bath"}'
-- $8 = '{"1860-01-01"}'

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
