BEGIN;

WITH w AS 
(UPDATE $workspace.people SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, company_id=t1.id FROM $workspace.companies AS t1 WHERE $workspace.people.deleted_at IS NULL AND $workspace.people.id = $10::UUID AND t1.deleted_at IS NULL AND t1.id = $11::UUID RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
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
-- $10 = UUID('00000002-0000-7000-8000-000000000001')
-- $11 = UUID('00000001-0000-7000-8000-000000000002')

SELECT row_to_json(r$6) AS j 
FROM (SELECT (SELECT row_to_json(r$5) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.first_name AS "firstName" 
FROM $workspace.people AS t3 
WHERE t3.deleted_at IS NULL AND t3.company_id = t2.id ORDER BY t3.id 
 LIMIT 60) AS r$4) AS "people" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = t1.company_id) AS r$5) AS "company" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$6;
-- $1 = [UUID('00000002-0000-7000-8000-000000000001')]

COMMIT;
