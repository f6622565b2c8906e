WITH w AS 
(DELETE FROM $workspace.companies WHERE $workspace.companies.id = $1::UUID RETURNING $workspace.companies.id, $workspace.companies.created_at, $workspace.companies.updated_at, $workspace.companies.deleted_at, $workspace.companies.name, $workspace.companies.domain_name, $workspace.companies.employees, $workspace.companies.address_city, $workspace.companies.annual_recurring_revenue_amount_micros, $workspace.companies.annual_recurring_revenue_currency_code, $workspace.companies.is_ideal_customer, $workspace.companies.profile)
 SELECT row_to_json(r$3) AS j 
FROM (SELECT w.name AS "name", (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName" 
FROM $workspace.people AS t1 
WHERE t1.deleted_at IS NULL AND t1.company_id = w.id ORDER BY t1.id 
 LIMIT 60) AS r$2) AS "people" 
FROM w) AS r$3;
-- $1 = UUID('00000001-0000-7000-8000-000000000002')
