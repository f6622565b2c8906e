WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), name=$1::VARCHAR WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $2::UUID AND $workspace.companies.updated_at = $3::TIMESTAMP WITH TIME ZONE RETURNING $workspace.companies.id, $workspace.companies.created_at, $workspace.companies.updated_at, $workspace.companies.deleted_at, $workspace.companies.name, $workspace.companies.domain_name, $workspace.companies.employees, $workspace.companies.address_city, $workspace.companies.annual_recurring_revenue_amount_micros, $workspace.companies.annual_recurring_revenue_currency_code, $workspace.companies.is_ideal_customer, $workspace.companies.profile)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name" 
FROM w) AS r$1;
-- $1 = 'x'
-- $2 = UUID('00000001-0000-7000-8000-000000000001')
-- $3 = datetime.datetime(2026, 2, 1, 9, 30, 15, 250000, tzinfo=datetime.timezone.utc)

WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), deleted_at=now() WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.id = $1::UUID AND $workspace.companies.updated_at = $2::TIMESTAMP WITH TIME ZONE RETURNING $workspace.companies.id, $workspace.companies.created_at, $workspace.companies.updated_at, $workspace.companies.deleted_at, $workspace.companies.name, $workspace.companies.domain_name, $workspace.companies.employees, $workspace.companies.address_city, $workspace.companies.annual_recurring_revenue_amount_micros, $workspace.companies.annual_recurring_revenue_currency_code, $workspace.companies.is_ideal_customer, $workspace.companies.profile)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name" 
FROM w) AS r$1;
-- $1 = UUID('00000001-0000-7000-8000-000000000002')
-- $2 = datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)

SELECT to_json($workspace.companies.updated_at) AS to_json_1 
FROM $workspace.companies 
WHERE $workspace.companies.id = $1::UUID AND $workspace.companies.deleted_at IS NULL;
-- $1 = UUID('00000001-0000-7000-8000-000000000002')
