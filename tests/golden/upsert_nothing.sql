WITH w AS 
(INSERT INTO $workspace.companies (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, name, domain_name) VALUES ($6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $10::VARCHAR, $11::VARCHAR) ON CONFLICT (domain_name) WHERE deleted_at IS NULL DO UPDATE SET updated_at = $workspace.companies.updated_at RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.companies.id, $workspace.companies.name), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT CASE WHEN (w.__before IS NULL) THEN 'CREATED' ELSE 'UPDATED' END AS anon_1, $1::VARCHAR AS anon_2, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_3, $3::VARCHAR AS anon_4, $4::UUID AS anon_5, $5::SMALLINT AS anon_6 
FROM w 
WHERE CAST(w.__before AS TEXT) IS DISTINCT FROM CAST(w.__after AS TEXT))
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
-- $10 = 'ACME'
-- $11 = 'acme.com'
