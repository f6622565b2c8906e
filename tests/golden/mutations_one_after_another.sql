WITH w AS 
(INSERT INTO $workspace.tasks (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, title) VALUES ($1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $5::VARCHAR) RETURNING $workspace.tasks.id, $workspace.tasks.title)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.title AS "title" 
FROM w) AS r$1;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'First'

WITH w AS 
(UPDATE $workspace.tasks SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, title=$5::VARCHAR WHERE $workspace.tasks.deleted_at IS NULL AND $workspace.tasks.id = $6::UUID RETURNING $workspace.tasks.id, $workspace.tasks.title)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.title AS "title" 
FROM w) AS r$1;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '?'
-- $6 = UUID('00000001-0000-7000-8000-000000000001')

BEGIN;

UPDATE $workspace.tasks SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, status=$5::VARCHAR WHERE $workspace.tasks.deleted_at IS NULL AND $workspace.tasks.title = $6::VARCHAR RETURNING $workspace.tasks.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'DONE'
-- $6 = 'First'

COMMIT;
