WITH w AS 
(INSERT INTO $workspace.tasks (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, title) VALUES ($6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $10::VARCHAR) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.tasks.id, $workspace.tasks.title), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.title AS "title" 
FROM w) AS r$1;
-- $1 = 'tasks'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = 'First'

WITH w AS 
(UPDATE $workspace.tasks SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, title=$10::VARCHAR WHERE $workspace.tasks.deleted_at IS NULL AND $workspace.tasks.id = $11::UUID RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.tasks.id, $workspace.tasks.title), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.title AS "title" 
FROM w) AS r$1;
-- $1 = 'tasks'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '?'
-- $11 = UUID('00000001-0000-7000-8000-000000000001')

BEGIN;

WITH w AS 
(UPDATE $workspace.tasks SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, status=$10::VARCHAR WHERE $workspace.tasks.deleted_at IS NULL AND $workspace.tasks.title = $11::VARCHAR RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.tasks.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'tasks'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = 'DONE'
-- $11 = 'First'

COMMIT;
