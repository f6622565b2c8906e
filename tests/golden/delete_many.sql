BEGIN;

UPDATE $workspace.people SET updated_at=now(), deleted_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID WHERE $workspace.people.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.companies AS t1 
WHERE t1.id = $workspace.people.company_id AND t1.deleted_at IS NULL AND t1.name LIKE $5::VARCHAR)) RETURNING $workspace.people.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'Tea%'

COMMIT;
