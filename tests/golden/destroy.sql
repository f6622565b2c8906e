WITH w AS 
(DELETE FROM $workspace.companies WHERE $workspace.companies.id = $6::UUID RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, NULL::json AS __after, $workspace.companies.id, $workspace.companies.name), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'DESTROYED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w JOIN (SELECT set_config('armature.cause', $7::VARCHAR, true) AS told) AS c ON true)
 SELECT row_to_json(r$3) AS j 
FROM (SELECT w.name AS "name", (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName" 
FROM $workspace.people AS t1 
WHERE t1.deleted_at IS NULL AND t1.company_id = w.id ORDER BY t1.id 
 LIMIT 60) AS r$2) AS "people" 
FROM w) AS r$3;
-- $1 = 'companies'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = UUID('00000001-0000-7000-8000-000000000002')
-- $7 = '{"actor":{"source":"SYSTEM","name":null,"userId":null,"apiKeyId":null},"request_id":null,"causation_id":null,"depth":0}'
