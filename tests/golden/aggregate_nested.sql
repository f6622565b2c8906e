SELECT (SELECT coalesce(json_agg(r$10), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", (SELECT row_to_json(r$9) AS j 
FROM (SELECT s7.a0 AS "count", (SELECT row_to_json(r$8) AS j 
FROM (SELECT s7.a1 AS "lastName") AS r$8) AS "max" 
FROM (SELECT count(*) AS a0, max(t6.last_name) AS a1 
FROM $workspace.people AS t6 
WHERE t6.last_name IS DISTINCT FROM $1::VARCHAR AND t6.company_id = t1.id) AS s7) AS r$9) AS "peopleAggregate" 
FROM $workspace.companies AS t1 LEFT OUTER JOIN (SELECT count(*) AS v, count(*) AS h, t2.company_id AS k 
FROM $workspace.people AS t2 
WHERE t2.deleted_at IS NULL GROUP BY t2.company_id) AS l3 ON l3.k = t1.id LEFT OUTER JOIN (SELECT max(array_position($2::TEXT[], t4.stage)) AS v, ($2::TEXT[])[max(array_position($2::TEXT[], t4.stage))] AS h, t4.company_id AS k 
FROM $workspace.opportunities AS t4 
WHERE t4.deleted_at IS NULL GROUP BY t4.company_id) AS l5 ON l5.k = t1.id 
WHERE t1.deleted_at IS NULL ORDER BY coalesce(l3.v, 0) DESC, l5.v ASC NULLS FIRST, t1.id 
 LIMIT 60) AS r$10) AS f0, (SELECT row_to_json(r$25) AS j 
FROM (SELECT p24.a0 AS "nodes" 
FROM (SELECT coalesce(json_agg(r$23), '[]'::json) AS a0 
FROM (SELECT p21.o0 AS o0, p21.o1 AS o1, p21.k0 AS k0, p21.k1 AS k1, row_number() OVER () AS n, count(*) OVER () AS found 
FROM (SELECT t11.last_name AS o0, (SELECT row_to_json(r$20) AS j 
FROM (SELECT (SELECT row_to_json(r$19) AS j 
FROM (SELECT (SELECT row_to_json(r$18) AS j 
FROM (SELECT s17.a0 AS "amountMicros") AS r$18) AS "sum" 
FROM (SELECT CAST(sum(t16.amount_micros) AS TEXT) AS a0 
FROM $workspace.opportunities AS t16 
WHERE t16.deleted_at IS NULL AND t16.company_id = t15.id) AS s17) AS r$19) AS "opportunitiesAggregate" 
FROM $workspace.companies AS t15 
WHERE t15.deleted_at IS NULL AND t15.id = t11.company_id) AS r$20) AS o1, l14.h AS k0, t11.id AS k1 
FROM $workspace.people AS t11 LEFT OUTER JOIN $workspace.companies AS t12 ON t12.id = t11.company_id AND t12.deleted_at IS NULL LEFT OUTER JOIN LATERAL (SELECT sum(t13.amount_micros) AS v, sum(t13.amount_micros) AS h 
FROM $workspace.opportunities AS t13 
WHERE t13.deleted_at IS NULL AND t13.company_id = t12.id) AS l14 ON t12.id IS NOT NULL 
WHERE t11.deleted_at IS NULL ORDER BY l14.v DESC, t11.id ASC 
 LIMIT 1) AS p21) AS p22 JOIN LATERAL (SELECT p22.o0 AS "lastName", p22.o1 AS "company") AS r$23 ON true) AS p24) AS r$25) AS f1;
-- $1 = 'Hare'
-- $2 = ['NEW', 'SCREENING', 'MEETING', 'PROPOSAL', 'CUSTOMER']
