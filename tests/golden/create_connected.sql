WITH w AS 
(INSERT INTO $workspace.people (first_name, company_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT $6::VARCHAR AS anon_6, t1.id AS id, $7::VARCHAR AS anon_7, $7::VARCHAR AS anon__1, $8::VARCHAR AS anon_8, $8::VARCHAR AS anon__2, $9::UUID AS anon_9, $9::UUID AS anon__3, $10::UUID AS anon_10, $10::UUID AS anon__4 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.domain_name = $11::VARCHAR RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.people.id, $workspace.people.first_name, $workspace.people.company_id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT row_to_json(r$4) AS j 
FROM (SELECT w.first_name AS "firstName", (SELECT row_to_json(r$3) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = w.company_id) AS r$3) AS "company" 
FROM w) AS r$4;
-- $1 = 'people'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'New'
-- $7 = 'SYSTEM'
-- $8 = None
-- $9 = None
-- $10 = None
-- $11 = 'acme.com'
