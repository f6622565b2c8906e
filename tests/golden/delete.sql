WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), deleted_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $5::UUID RETURNING $workspace.companies.id, $workspace.companies.deleted_at, $workspace.companies.name)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name", w.deleted_at AS "deletedAt" 
FROM w) AS r$1;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = UUID('00000001-0000-7000-8000-000000000001')
