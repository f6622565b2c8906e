SELECT row_to_json(r$10) AS j 
FROM (SELECT $1::VARCHAR AS "__typename", p8.a1 AS "nodes", p8.a2 AS "more", (SELECT row_to_json(r$9) AS j 
FROM (SELECT $2::VARCHAR AS "__typename", p8.more AS "hasPreviousPage", false AS "hasNextPage", p8.first AS "endCursor") AS r$9) AS "pageInfo", p8.a4 AS "edges" 
FROM (SELECT coalesce(json_agg(r$4 ORDER BY p3.n DESC) FILTER (WHERE p3.n <= 2), '[]'::json) AS a1, coalesce(json_agg(r$5 ORDER BY p3.n DESC) FILTER (WHERE p3.n <= 2), '[]'::json) AS a2, coalesce(json_agg(r$7 ORDER BY p3.n DESC) FILTER (WHERE p3.n <= 2), '[]'::json) AS a4, count(*) > 2 AS more, max(translate(encode(convert_to(CAST(json_build_array($3::VARCHAR, p3.k0, p3.k1) AS TEXT), 'UTF8'), 'base64'), E'+/=\n', '-_')) FILTER (WHERE p3.n = least(1, 2)) AS first 
FROM (SELECT p2.o0 AS o0, p2.o1 AS o1, p2.o2 AS o2, p2.o3 AS o3, p2.k0 AS k0, p2.k1 AS k1, row_number() OVER () AS n, count(*) OVER () AS found 
FROM (SELECT t1.name AS o0, t1.employees AS o1, $4::VARCHAR AS o2, t1.id AS o3, t1.is_ideal_customer AS k0, t1.id AS k1 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.is_ideal_customer ASC, t1.id DESC 
 LIMIT 3) AS p2) AS p3 JOIN LATERAL (SELECT p3.o0 AS "name") AS r$4 ON true JOIN LATERAL (SELECT p3.o1 AS "employees") AS r$5 ON true JOIN LATERAL (SELECT $5::VARCHAR AS "__typename", row_to_json(r$6) AS "node" 
FROM LATERAL (SELECT p3.o2 AS "__typename", p3.o3 AS "id") AS r$6) AS r$7 ON true) AS p8) AS r$10;
-- $1 = 'CompanyConnection'
-- $2 = 'PageInfo'
-- $3 = '386156c80b93'
-- $4 = 'Company'
-- $5 = 'CompanyEdge'
