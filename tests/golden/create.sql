WITH w AS 
(INSERT INTO $workspace.companies (name, annual_recurring_revenue_currency_code, profile) VALUES ($1::VARCHAR, $2::VARCHAR, $3::JSONB) RETURNING $workspace.companies.id, $workspace.companies.created_at, $workspace.companies.updated_at, $workspace.companies.deleted_at, $workspace.companies.name, $workspace.companies.domain_name, $workspace.companies.employees, $workspace.companies.address_city, $workspace.companies.annual_recurring_revenue_amount_micros, $workspace.companies.annual_recurring_revenue_currency_code, $workspace.companies.is_ideal_customer, $workspace.companies.profile)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.id AS "id", w.name AS "name", w.employees AS "employees", w.profile AS "profile", w.annual_recurring_revenue_currency_code AS "annualRecurringRevenueCurrencyCode", w.created_at AS "createdAt" 
FROM w) AS r$1;
-- $1 = 'New'
-- $2 = 'EUR'
-- $3 = {'a': [1]}
