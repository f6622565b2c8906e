SELECT (SELECT row_to_json(r$14) AS j 
FROM (SELECT $1::VARCHAR AS "__typename", s2.a0 AS "count", (SELECT row_to_json(r$3) AS j 
FROM (SELECT s2.a1 AS "employees", s2.a2 AS "annualRecurringRevenueAmountMicros") AS r$3) AS "sum", (SELECT row_to_json(r$4) AS j 
FROM (SELECT s2.a3 AS "employees", s2.a4 AS "annualRecurringRevenueAmountMicros") AS r$4) AS "avg", (SELECT row_to_json(r$5) AS j 
FROM (SELECT s2.a5 AS "name", s2.a6 AS "createdAt", s2.a7 AS "annualRecurringRevenueCurrencyCode") AS r$5) AS "min", (SELECT row_to_json(r$6) AS j 
FROM (SELECT s2.a8 AS "employees", s2.a9 AS "updatedAt") AS r$6) AS "max", (SELECT row_to_json(r$7) AS j 
FROM (SELECT s2.a10 AS "addressCity", s2.a11 AS "profile") AS r$7) AS "countDistinct", (SELECT row_to_json(r$8) AS j 
FROM (SELECT s2.a12 AS "addressCity", s2.a13 AS "id", s2.a14 AS "employees") AS r$8) AS "countEmpty", (SELECT row_to_json(r$9) AS j 
FROM (SELECT s2.a15 AS "addressCity") AS r$9) AS "countNotEmpty", (SELECT row_to_json(r$10) AS j 
FROM (SELECT s2.a16 AS "addressCity") AS r$10) AS "percentEmpty", (SELECT row_to_json(r$11) AS j 
FROM (SELECT $2::VARCHAR AS "__typename", s2.a17 AS "domainName") AS r$11) AS "percentNotEmpty", (SELECT row_to_json(r$12) AS j 
FROM (SELECT s2.a18 AS "isIdealCustomer") AS r$12) AS "countTrue", (SELECT row_to_json(r$13) AS j 
FROM (SELECT s2.a19 AS "isIdealCustomer") AS r$13) AS "countFalse" 
FROM (SELECT count(*) AS a0, CAST(sum(t1.employees) AS TEXT) AS a1, CAST(sum(t1.annual_recurring_revenue_amount_micros) AS TEXT) AS a2, CAST(avg(t1.employees) AS DOUBLE PRECISION) AS a3, CAST(trim_scale(avg(t1.annual_recurring_revenue_amount_micros)) AS TEXT) AS a4, min(t1.name) AS a5, min(t1.created_at) AS a6, ($3::TEXT[])[min(array_position($3::TEXT[], t1.annual_recurring_revenue_currency_code))] AS a7, max(t1.employees) AS a8, max(t1.updated_at) AS a9, count(DISTINCT t1.address_city) AS a10, count(DISTINCT t1.profile) AS a11, count(*) FILTER (WHERE (coalesce(t1.address_city, '') = '') IS NOT DISTINCT FROM true) AS a12, count(*) FILTER (WHERE t1.id IS NULL) AS a13, count(*) FILTER (WHERE t1.employees IS NULL) AS a14, count(*) FILTER (WHERE (coalesce(t1.address_city, '') = '') IS DISTINCT FROM true) AS a15, CAST(100 * (count(*) FILTER (WHERE (coalesce(t1.address_city, '') = '') IS NOT DISTINCT FROM true)) AS DOUBLE PRECISION) / nullif(count(*), 0) AS a16, CAST(100 * (count(*) FILTER (WHERE (coalesce(t1.domain_name, '') = '') IS DISTINCT FROM true)) AS DOUBLE PRECISION) / nullif(count(*), 0) AS a17, count(*) FILTER (WHERE t1.is_ideal_customer = true) AS a18, count(*) FILTER (WHERE t1.is_ideal_customer = false) AS a19 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.name IS DISTINCT FROM $4::VARCHAR) AS s2) AS r$14) AS f0, (SELECT row_to_json(r$20) AS j 
FROM (SELECT s16.a0 AS "count", (SELECT row_to_json(r$17) AS j 
FROM (SELECT s16.a1 AS "employees") AS r$17) AS "sum", (SELECT row_to_json(r$18) AS j 
FROM (SELECT s16.a2 AS "name") AS r$18) AS "min", (SELECT row_to_json(r$19) AS j 
FROM (SELECT s16.a3 AS "name") AS r$19) AS "percentEmpty" 
FROM (SELECT count(*) AS a0, CAST(sum(t15.employees) AS TEXT) AS a1, min(t15.name) AS a2, CAST(100 * (count(*) FILTER (WHERE (coalesce(t15.name, '') = '') IS NOT DISTINCT FROM true)) AS DOUBLE PRECISION) / nullif(count(*), 0) AS a3 
FROM $workspace.companies AS t15 
WHERE t15.deleted_at IS NULL AND t15.name = $5::VARCHAR) AS s16) AS r$20) AS f1, (SELECT row_to_json(r$26) AS j 
FROM (SELECT (SELECT row_to_json(r$23) AS j 
FROM (SELECT s22.a0 AS "probability") AS r$23) AS "sum", (SELECT row_to_json(r$24) AS j 
FROM (SELECT s22.a1 AS "probability") AS r$24) AS "avg", (SELECT row_to_json(r$25) AS j 
FROM (SELECT s22.a2 AS "stage", s22.a3 AS "closeDate") AS r$25) AS "max" 
FROM (SELECT CAST(sum(t21.probability) AS TEXT) AS a0, CAST(trim_scale(avg(t21.probability)) AS TEXT) AS a1, ($6::TEXT[])[max(array_position($6::TEXT[], t21.stage))] AS a2, max(t21.close_date) AS a3 
FROM $workspace.opportunities AS t21 
WHERE t21.deleted_at IS NULL) AS s22) AS r$26) AS f2;
-- $1 = 'CompanyAggregate'
-- $2 = 'CompanyAggregatePercents'
-- $3 = ['EUR', 'USD', 'GBP', 'CHF']
-- $4 = 'x'
-- $5 = 'x'
-- $6 = ['NEW', 'SCREENING', 'MEETING', 'PROPOSAL', 'CUSTOMER']
