BEGIN;

INSERT INTO $workspace.companies (id, name, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.name, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS TEXT[])) AS anon_1(id, name);
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)"}'
-- $6 = '{"New"}'

UPDATE $workspace.people SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, company_id=$5::UUID WHERE $workspace.people.deleted_at IS NULL AND $workspace.people.id = $6::UUID RETURNING $workspace.people.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = UUID('(new id)')
-- $6 = UUID('00000002-0000-7000-8000-000000000002')

SELECT row_to_json(r$4) AS j 
FROM (SELECT (SELECT row_to_json(r$3) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = t1.company_id) AS r$3) AS "company" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$4;
-- $1 = [UUID('00000002-0000-7000-8000-000000000002')]

COMMIT;
