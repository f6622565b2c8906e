WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, name=$5::VARCHAR WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $6::UUID AND $workspace.companies.updated_at = $7::TIMESTAMP WITH TIME ZONE RETURNING $workspace.companies.id, $workspace.companies.name)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name" 
FROM w) AS r$1;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'x'
-- $6 = UUID('00000001-0000-7000-8000-000000000001')
-- $7 = datetime.datetime(2026, 2, 1, 9, 30, 15, 250000, tzinfo=datetime.timezone.utc)

WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), deleted_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $5::UUID AND $workspace.companies.updated_at = $6::TIMESTAMP WITH TIME ZONE RETURNING $workspace.companies.id, $workspace.companies.name)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name" 
FROM w) AS r$1;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = UUID('00000001-0000-7000-8000-000000000002')
-- $6 = datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)

SELECT to_json($workspace.companies.updated_at) AS to_json_1 
FROM $workspace.companies 
WHERE $workspace.companies.id = $1::UUID AND $workspace.companies.deleted_at IS NULL;
-- $1 = UUID('00000001-0000-7000-8000-000000000002')
