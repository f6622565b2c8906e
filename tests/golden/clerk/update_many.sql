BEGIN;

WITH w AS 
(UPDATE $workspace.people SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, city=$10::VARCHAR WHERE $workspace.people.deleted_at IS NULL AND $workspace.people.company_id IS NOT NULL AND (EXISTS (SELECT * 
FROM $workspace.companies AS t1 
WHERE t1.id = $workspace.people.company_id AND t1.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t2 
WHERE t2.company_id = t1.id AND t2.deleted_at IS NULL AND t2.email = $11::VARCHAR)) AND t1.name = $12::VARCHAR)) RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'people'
-- $2 = {'source': 'MANUAL', 'name': 'alice@acme.com', 'userId': UUID('00000002-0000-7000-8000-000000000001'), 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'MANUAL'
-- $7 = 'alice@acme.com'
-- $8 = UUID('00000002-0000-7000-8000-000000000001')
-- $9 = None
-- $10 = 'London'
-- $11 = 'alice@acme.com'
-- $12 = 'Acme'

SELECT anon_1.id 
FROM unnest(CAST($1::VARCHAR AS UUID[])) AS anon_1(id) 
WHERE NOT (EXISTS (SELECT * 
FROM $workspace.people 
WHERE $workspace.people.id = anon_1.id AND $workspace.people.company_id IS NOT NULL)) 
 LIMIT 1;
-- $1 = '{"00000002-0000-7000-8000-000000000001"}'

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName", t1.city AS "city" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id 
WHERE t1.company_id IS NOT NULL ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('00000002-0000-7000-8000-000000000001')]

COMMIT;
