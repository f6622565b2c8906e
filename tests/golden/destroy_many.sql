BEGIN;

SELECT $workspace.opportunities.id 
FROM $workspace.opportunities 
WHERE $workspace.opportunities.stage IS DISTINCT FROM $1::VARCHAR FOR UPDATE;
-- $1 = 'NEW'

SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", (SELECT coalesce(json_agg(r$3), '[]'::json) AS j 
FROM (SELECT t2.title AS "title" 
FROM $workspace.notes AS t2 
WHERE t2.deleted_at IS NULL AND t2.opportunity_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$3) AS "notes" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.opportunities AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$4;
-- $1 = [UUID('00000003-0000-7000-8000-000000000001'), UUID('00000003-0000-7000-8000-000000000003')]

WITH w AS 
(DELETE FROM $workspace.opportunities WHERE $workspace.opportunities.id = ANY ($6::UUID[]) RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, NULL::json AS __after, $workspace.opportunities.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'DESTROYED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w JOIN (SELECT set_config('armature.cause', $7::VARCHAR, true) AS told) AS c ON true)
 SELECT w.id 
FROM w;
-- $1 = 'opportunities'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = [UUID('00000003-0000-7000-8000-000000000001'), UUID('00000003-0000-7000-8000-000000000003')]
-- $7 = '{"actor":{"source":"SYSTEM","name":null,"userId":null,"apiKeyId":null},"request_id":null,"causation_id":null,"depth":0}'

COMMIT;
