SELECT (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.employees >= $1::INTEGER AND t1.employees < $2::INTEGER AND t1.annual_recurring_revenue_amount_micros IS NOT NULL ORDER BY t1.id 
 LIMIT 60) AS r$2) AS f0, (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.name AS "name" 
FROM $workspace.opportunities AS t3 
WHERE t3.deleted_at IS NULL AND t3.probability <= $3::NUMERIC AND t3.close_date > $4::TIMESTAMP WITH TIME ZONE ORDER BY t3.id 
 LIMIT 60) AS r$4) AS f1, (SELECT coalesce(json_agg(r$6), '[]'::json) AS j 
FROM (SELECT t5.first_name AS "firstName" 
FROM $workspace.people AS t5 
WHERE t5.deleted_at IS NULL AND t5.birthday = ANY ($5::DATE[]) AND (t5.id = ANY ($6::UUID[])) IS NOT true ORDER BY t5.id 
 LIMIT 60) AS r$6) AS f2;
-- $1 = 3
-- $2 = 121
-- $3 = Decimal('99.5')
-- $4 = datetime.datetime(2026, 12, 31, 23, 0, tzinfo=datetime.timezone.utc)
-- $5 = [datetime.date(1852, 5, 4)]
-- $6 = []
