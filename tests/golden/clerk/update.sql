WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, employees=$10::INTEGER WHERE $workspace.companies.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t1 
WHERE t1.company_id = $workspace.companies.id AND t1.deleted_at IS NULL AND t1.email = $11::VARCHAR)) AND $workspace.companies.id = $12::UUID RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.companies.id, $workspace.companies.name, $workspace.companies.employees), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT row_to_json(r$4) AS j 
FROM (SELECT w.name AS "name", w.employees AS "employees" 
FROM w, json_populate_record(NULL::$workspace.companies, w.__after) AS t2 
WHERE CASE WHEN (EXISTS (SELECT * 
FROM $workspace.people AS t3 
WHERE t3.company_id = t2.id AND t3.deleted_at IS NULL AND t3.email = $13::VARCHAR)) THEN true ELSE CAST('(out of reach) ' || CAST(w.id AS TEXT) AS BOOLEAN) END) AS r$4;
-- $1 = 'companies'
-- $2 = {'source': 'MANUAL', 'name': 'alice@acme.com', 'userId': UUID('00000002-0000-7000-8000-000000000001'), 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'MANUAL'
-- $7 = 'alice@acme.com'
-- $8 = UUID('00000002-0000-7000-8000-000000000001')
-- $9 = None
-- $10 = 121
-- $11 = 'alice@acme.com'
-- $12 = UUID('00000001-0000-7000-8000-000000000001')
-- $13 = 'alice@acme.com'
