WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), deleted_at=now() WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $1::UUID RETURNING $workspace.companies.id, $workspace.companies.created_at, $workspace.companies.updated_at, $workspace.companies.deleted_at, $workspace.companies.name, $workspace.companies.domain_name, $workspace.companies.employees, $workspace.companies.address_city, $workspace.companies.annual_recurring_revenue_amount_micros, $workspace.companies.annual_recurring_revenue_currency_code, $workspace.companies.is_ideal_customer, $workspace.companies.profile)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name", w.deleted_at AS "deletedAt" 
FROM w) AS r$1;
-- $1 = UUID('00000001-0000-7000-8000-000000000001')
