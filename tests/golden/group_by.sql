SELECT (SELECT coalesce(json_agg(r$15), '[]'::json) AS j 
FROM (SELECT $1::VARCHAR AS "__typename", (SELECT row_to_json(r$5) AS j 
FROM (SELECT $2::VARCHAR AS "__typename", (SELECT row_to_json(r$4) AS j 
FROM (SELECT g3.k0 AS "name") AS r$4) AS "company", g3.k1 AS "createdAt") AS r$5) AS "key", g3.a0 AS "count", (SELECT row_to_json(r$6) AS j 
FROM (SELECT g3.a1 AS "lastName") AS r$6) AS "max", (SELECT coalesce(json_agg(r$14), '[]'::json) AS j 
FROM (SELECT t8.first_name AS "firstName", l11.j AS "company", (SELECT coalesce(json_agg(r$13), '[]'::json) AS j 
FROM (SELECT t12.title AS "title" 
FROM $workspace.notes AS t12 
WHERE t12.deleted_at IS NULL AND t12.person_id = t8.id ORDER BY t12.id 
 LIMIT 60) AS r$13) AS "notes" 
FROM unnest(g3.r4) WITH ORDINALITY AS w7(id, n) JOIN $workspace.people AS t8 ON t8.id = w7.id LEFT OUTER JOIN LATERAL (SELECT row_to_json(r$10) AS j 
FROM (SELECT t9.name AS "name" 
FROM $workspace.companies AS t9 
WHERE t9.deleted_at IS NULL AND t9.id = t8.company_id) AS r$10) AS l11 ON true ORDER BY w7.n) AS r$14) AS "records" 
FROM (SELECT t2.name AS k0, date_trunc('month', t1.created_at, $3::VARCHAR) AS k1, count(*) AS a0, max(t1.last_name) AS a1, (array_agg(t1.id ORDER BY t1.last_name DESC, t1.id) FILTER (WHERE t1.first_name IS DISTINCT FROM $4::VARCHAR))[1:1] AS r4 
FROM $workspace.people AS t1 LEFT OUTER JOIN $workspace.companies AS t2 ON t2.id = t1.company_id AND t2.deleted_at IS NULL 
WHERE t1.deleted_at IS NULL AND t1.last_name IS DISTINCT FROM $5::VARCHAR AND timezone($6::VARCHAR, now()) IS NOT NULL GROUP BY t2.name, date_trunc('month', t1.created_at, $3::VARCHAR) 
HAVING count(*) >= $7::NUMERIC AND count(DISTINCT t1.last_name) < $8::NUMERIC ORDER BY count(*) DESC, t2.name ASC NULLS FIRST, date_trunc('month', t1.created_at, $3::VARCHAR) ASC 
 LIMIT 10) AS g3) AS r$15) AS f0, (SELECT coalesce(json_agg(r$21), '[]'::json) AS j 
FROM (SELECT (SELECT row_to_json(r$18) AS j 
FROM (SELECT g17.k0 AS "stage", g17.k1 AS "closeDatePart") AS r$18) AS "key", (SELECT row_to_json(r$19) AS j 
FROM (SELECT g17.a0 AS "amountMicros") AS r$19) AS "sum", (SELECT row_to_json(r$20) AS j 
FROM (SELECT g17.a1 AS "stage") AS r$20) AS "min" 
FROM (SELECT t16.stage AS k0, CAST(date_part('month', timezone($9::VARCHAR, t16.close_date)) AS INTEGER) AS k1, CAST(sum(t16.amount_micros) AS TEXT) AS a0, ($10::TEXT[])[min(array_position($10::TEXT[], t16.stage))] AS a1 
FROM $workspace.opportunities AS t16 
WHERE t16.deleted_at IS NULL GROUP BY t16.stage, CAST(date_part('month', timezone($9::VARCHAR, t16.close_date)) AS INTEGER) ORDER BY array_position($11::TEXT[], t16.stage) DESC, sum(t16.amount_micros) ASC, CAST(date_part('month', timezone($9::VARCHAR, t16.close_date)) AS INTEGER) ASC 
 LIMIT 60 OFFSET 1) AS g17) AS r$21) AS f1;
-- $1 = 'PersonGroup'
-- $2 = 'PersonGroupKey'
-- $3 = 'Europe/Berlin'
-- $4 = ''
-- $5 = 'x'
-- $6 = 'Europe/Berlin'
-- $7 = Decimal('1')
-- $8 = Decimal('10')
-- $9 = 'UTC'
-- $10 = ['NEW', 'SCREENING', 'MEETING', 'PROPOSAL', 'CUSTOMER']
-- $11 = ['NEW', 'SCREENING', 'MEETING', 'PROPOSAL', 'CUSTOMER']
