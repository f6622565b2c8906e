BEGIN;

WITH w AS 
(UPDATE $workspace.people SET updated_at=now(), deleted_at=NULL, updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID WHERE $workspace.people.deleted_at IS NOT NULL RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT CASE WHEN ((w.__before ->> 'deleted_at') IS NOT NULL) THEN 'RESTORED' ELSE 'UPDATED' END AS anon_1, $1::VARCHAR AS anon_2, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_3, $3::VARCHAR AS anon_4, $4::UUID AS anon_5, $5::SMALLINT AS anon_6 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'people'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName", t1.deleted_at AS "deletedAt" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('00000002-0000-7000-8000-000000000009')]

COMMIT;
