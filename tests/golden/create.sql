WITH w AS 
(INSERT INTO $workspace.companies (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, name, annual_recurring_revenue_currency_code, profile) VALUES ($1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $5::VARCHAR, $6::VARCHAR, $7::JSONB) RETURNING $workspace.companies.id, $workspace.companies.created_at, $workspace.companies.name, $workspace.companies.employees, $workspace.companies.annual_recurring_revenue_currency_code, $workspace.companies.profile)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.id AS "id", w.name AS "name", w.employees AS "employees", w.profile AS "profile", w.annual_recurring_revenue_currency_code AS "annualRecurringRevenueCurrencyCode", w.created_at AS "createdAt" 
FROM w) AS r$1;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'New'
-- $6 = 'EUR'
-- $7 = {'a': [1]}
