WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, name=$10::VARCHAR WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $11::UUID AND $workspace.companies.updated_at = $12::TIMESTAMP WITH TIME ZONE RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.companies.id, $workspace.companies.name), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name" 
FROM w) AS r$1;
-- $1 = 'companies'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = 'x'
-- $11 = UUID('00000001-0000-7000-8000-000000000001')
-- $12 = datetime.datetime(2026, 2, 1, 9, 30, 15, 250000, tzinfo=datetime.timezone.utc)

WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), deleted_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $10::UUID AND $workspace.companies.updated_at = $11::TIMESTAMP WITH TIME ZONE RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.companies.id, $workspace.companies.name), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'DELETED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name" 
FROM w) AS r$1;
-- $1 = 'companies'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = UUID('00000001-0000-7000-8000-000000000002')
-- $11 = datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)

SELECT to_json($workspace.companies.updated_at) AS to_json_1 
FROM $workspace.companies 
WHERE $workspace.companies.id = $1::UUID AND $workspace.companies.deleted_at IS NULL;
-- $1 = UUID('00000001-0000-7000-8000-000000000002')
