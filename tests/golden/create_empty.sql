WITH w AS 
(INSERT INTO $workspace.tasks (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id) VALUES ($1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID) RETURNING $workspace.tasks.id, $workspace.tasks.title, $workspace.tasks.status)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.title AS "title", w.status AS "status" 
FROM w) AS r$1;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
