WITH w AS 
(INSERT INTO $workspace.companies (name, domain_name) VALUES ($1::VARCHAR, $2::VARCHAR) ON CONFLICT (domain_name) WHERE deleted_at IS NULL DO UPDATE SET updated_at = $workspace.companies.updated_at RETURNING $workspace.companies.id, $workspace.companies.created_at, $workspace.companies.updated_at, $workspace.companies.deleted_at, $workspace.companies.name, $workspace.companies.domain_name, $workspace.companies.employees, $workspace.companies.address_city, $workspace.companies.annual_recurring_revenue_amount_micros, $workspace.companies.annual_recurring_revenue_currency_code, $workspace.companies.is_ideal_customer, $workspace.companies.profile)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name" 
FROM w) AS r$1;
-- $1 = 'ACME'
-- $2 = 'acme.com'
