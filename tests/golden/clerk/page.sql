SELECT row_to_json(r$13) AS j 
FROM (SELECT (SELECT count(*) AS count_1 
FROM $workspace.people AS t11 
WHERE t11.deleted_at IS NULL AND t11.company_id IS NOT NULL) AS "totalCount", p10.a1 AS "nodes", (SELECT row_to_json(r$12) AS j 
FROM (SELECT p10.more AS "hasNextPage") AS r$12) AS "pageInfo" 
FROM (SELECT coalesce(json_agg(r$9) FILTER (WHERE p8.n <= 2), '[]'::json) AS a1, count(*) > 2 AS more 
FROM (SELECT p7.o0 AS o0, p7.o1 AS o1, p7.k0 AS k0, p7.k1 AS k1, row_number() OVER () AS n, count(*) OVER () AS found 
FROM (SELECT t1.first_name AS o0, (SELECT row_to_json(r$6) AS j 
FROM (SELECT t4.name AS "name" 
FROM $workspace.companies AS t4 
WHERE t4.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t5 
WHERE t5.company_id = t4.id AND t5.deleted_at IS NULL AND t5.email = $1::VARCHAR)) AND t4.id = t1.company_id) AS r$6) AS o1, t2.name AS k0, t1.id AS k1 
FROM $workspace.people AS t1 LEFT OUTER JOIN $workspace.companies AS t2 ON t2.id = t1.company_id AND t2.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t3 
WHERE t3.company_id = t2.id AND t3.deleted_at IS NULL AND t3.email = $2::VARCHAR)) 
WHERE t1.deleted_at IS NULL AND t1.company_id IS NOT NULL ORDER BY t2.name ASC, t1.id ASC 
 LIMIT 3) AS p7) AS p8 JOIN LATERAL (SELECT p8.o0 AS "firstName", p8.o1 AS "company") AS r$9 ON true) AS p10) AS r$13;
-- $1 = 'alice@acme.com'
-- $2 = 'alice@acme.com'
