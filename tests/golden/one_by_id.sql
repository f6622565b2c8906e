SELECT row_to_json(r$2) AS j 
FROM (SELECT t1.id AS "id", t1.name AS "name", t1.domain_name AS "domainName", t1.employees AS "employees", CAST(t1.annual_recurring_revenue_amount_micros AS TEXT) AS "annualRecurringRevenueAmountMicros", t1.is_ideal_customer AS "isIdealCustomer", t1.profile AS "profile", t1.updated_at AS "updatedAt" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.id = $1::UUID) AS r$2;
-- $1 = UUID('00000001-0000-7000-8000-000000000001')
