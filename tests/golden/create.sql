WITH w AS 
(INSERT INTO $workspace.companies (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, name, annual_recurring_revenue_currency_code, profile) VALUES ($6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $10::VARCHAR, $11::VARCHAR, $12::JSONB) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.companies.id, $workspace.companies.created_at, $workspace.companies.name, $workspace.companies.employees, $workspace.companies.annual_recurring_revenue_currency_code, $workspace.companies.profile), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.id AS "id", w.name AS "name", w.employees AS "employees", w.profile AS "profile", w.annual_recurring_revenue_currency_code AS "annualRecurringRevenueCurrencyCode", w.created_at AS "createdAt" 
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
-- $10 = 'New'
-- $11 = 'EUR'
-- $12 = {'a': [1]}
