WITH w AS 
(INSERT INTO $workspace.people (id, city, company_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT $6::UUID AS anon_7, $7::VARCHAR AS anon_8, t1.id AS id, $8::VARCHAR AS anon_9, $8::VARCHAR AS anon__1, $9::VARCHAR AS anon_10, $9::VARCHAR AS anon__2, $10::UUID AS anon_11, $10::UUID AS anon__3, $11::UUID AS anon_12, $11::UUID AS anon__4 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.domain_name = $12::VARCHAR ON CONFLICT (id) DO UPDATE SET updated_at = now(), updated_by_source = excluded.updated_by_source, updated_by_name = excluded.updated_by_name, updated_by_user_id = excluded.updated_by_user_id, updated_by_api_key_id = excluded.updated_by_api_key_id, company_id = excluded.company_id WHERE $workspace.people.deleted_at IS NULL RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.people.id, $workspace.people.first_name, $workspace.people.city, $workspace.people.company_id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT CASE WHEN (w.__before IS NULL) THEN 'CREATED' ELSE 'UPDATED' END AS anon_1, $1::VARCHAR AS anon_2, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_3, $3::VARCHAR AS anon_4, $4::UUID AS anon_5, $5::SMALLINT AS anon_6 
FROM w 
WHERE CAST(w.__before AS TEXT) IS DISTINCT FROM CAST(w.__after AS TEXT))
 SELECT row_to_json(r$2) AS j 
FROM (SELECT w.first_name AS "firstName", w.city AS "city", w.company_id AS "companyId" 
FROM w) AS r$2;
-- $1 = 'people'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = UUID('00000002-0000-7000-8000-000000000001')
-- $7 = 'x'
-- $8 = 'SYSTEM'
-- $9 = None
-- $10 = None
-- $11 = None
-- $12 = 'teapot.example'
