SELECT coalesce(json_agg(r$14), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", (SELECT row_to_json(r$13) AS j 
FROM (SELECT (SELECT count(*) AS count_1 
FROM $workspace.people AS t11 
WHERE t11.company_id = t1.id) AS "totalCount", p10.a1 AS "nodes", (SELECT row_to_json(r$12) AS j 
FROM (SELECT p10.more AS "hasNextPage") AS r$12) AS "pageInfo" 
FROM (SELECT coalesce(json_agg(r$9) FILTER (WHERE p8.n <= 1), '[]'::json) AS a1, count(*) > 1 AS more 
FROM (SELECT p7.o0 AS o0, p7.o1 AS o1, p7.k0 AS k0, p7.k1 AS k1, row_number() OVER () AS n, count(*) OVER () AS found 
FROM (SELECT t2.last_name AS o0, l6.j AS o1, t3.name AS k0, t2.id AS k1 
FROM $workspace.people AS t2 LEFT OUTER JOIN $workspace.companies AS t3 ON t3.id = t2.company_id AND t3.deleted_at IS NULL LEFT OUTER JOIN LATERAL (SELECT row_to_json(r$5) AS j 
FROM (SELECT t4.name AS "name" 
FROM $workspace.companies AS t4 
WHERE t4.id = t2.company_id) AS r$5) AS l6 ON true 
WHERE t2.company_id = t1.id ORDER BY t3.name ASC, t2.id ASC 
 LIMIT 2) AS p7) AS p8 JOIN LATERAL (SELECT p8.o0 AS "lastName", p8.o1 AS "company") AS r$9 ON true) AS p10) AS r$13) AS "peopleConnection" 
FROM $workspace.companies AS t1 ORDER BY t1.id 
 LIMIT 60) AS r$14;
