SELECT row_to_json(r$11) AS j 
FROM (SELECT p8.a0 AS "edges", (SELECT row_to_json(r$9) AS j 
FROM (SELECT p8.more AS "hasNextPage", false AS "hasPreviousPage", p8.first AS "startCursor", p8.last AS "endCursor") AS r$9) AS "pageInfo", (SELECT count(*) AS count_1 
FROM $workspace.companies AS t10 
WHERE t10.deleted_at IS NULL) AS "totalCount" 
FROM (SELECT coalesce(json_agg(r$7) FILTER (WHERE p5.n <= 2), '[]'::json) AS a0, count(*) > 2 AS more, max(translate(encode(convert_to(CAST(json_build_array($1::VARCHAR, p5.k0, p5.k1) AS TEXT), 'UTF8'), 'base64'), E'+/=\n', '-_')) FILTER (WHERE p5.n = least(1, 2)) AS first, max(translate(encode(convert_to(CAST(json_build_array($1::VARCHAR, p5.k0, p5.k1) AS TEXT), 'UTF8'), 'base64'), E'+/=\n', '-_')) FILTER (WHERE p5.n = least(p5.found, 2)) AS last 
FROM (SELECT p4.o0 AS o0, p4.o1 AS o1, p4.k0 AS k0, p4.k1 AS k1, row_number() OVER () AS n, count(*) OVER () AS found 
FROM (SELECT t1.name AS o0, (SELECT coalesce(json_agg(r$3), '[]'::json) AS j 
FROM (SELECT t2.first_name AS "firstName" 
FROM $workspace.people AS t2 
WHERE t2.deleted_at IS NULL AND t2.company_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$3) AS o1, t1.employees AS k0, t1.id AS k1 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.employees DESC NULLS LAST, t1.id ASC 
 LIMIT 3) AS p4) AS p5 JOIN LATERAL (SELECT translate(encode(convert_to(CAST(json_build_array($1::VARCHAR, p5.k0, p5.k1) AS TEXT), 'UTF8'), 'base64'), E'+/=\n', '-_') AS "cursor", row_to_json(r$6) AS "node" 
FROM LATERAL (SELECT p5.o0 AS "name", p5.o1 AS "people") AS r$6) AS r$7 ON true) AS p8) AS r$11;
-- $1 = 'aad5c455be91'
