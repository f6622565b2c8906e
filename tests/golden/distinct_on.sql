SELECT (SELECT coalesce(json_agg(r$10), '[]'::json) AS j 
FROM (SELECT t4.last_name AS "lastName", l7.j AS "company", (SELECT coalesce(json_agg(r$9), '[]'::json) AS j 
FROM (SELECT t8.title AS "title" 
FROM $workspace.notes AS t8 
WHERE t8.deleted_at IS NULL AND t8.person_id = t4.id ORDER BY t8.id 
 LIMIT 60) AS r$9) AS "notes" 
FROM (SELECT d2.id AS id, row_number() OVER () AS n 
FROM (SELECT DISTINCT ON (t1.company_id) t1.id AS id 
FROM $workspace.people AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.company_id DESC, t1.last_name ASC, t1.id 
 LIMIT 2 OFFSET 0) AS d2) AS d3 JOIN $workspace.people AS t4 ON t4.id = d3.id LEFT OUTER JOIN LATERAL (SELECT row_to_json(r$6) AS j 
FROM (SELECT t5.name AS "name" 
FROM $workspace.companies AS t5 
WHERE t5.deleted_at IS NULL AND t5.id = t4.company_id) AS r$6) AS l7 ON true ORDER BY d3.n) AS r$10) AS f0, (SELECT coalesce(json_agg(r$17), '[]'::json) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$16), '[]'::json) AS j 
FROM (SELECT t15.city AS "city" 
FROM (SELECT d13.id AS id, row_number() OVER () AS n 
FROM (SELECT DISTINCT ON (t12.city) t12.id AS id 
FROM $workspace.people AS t12 
WHERE t12.deleted_at IS NULL AND t12.company_id = t11.id ORDER BY t12.city ASC, t12.id 
 LIMIT 60) AS d13) AS d14 JOIN $workspace.people AS t15 ON t15.id = d14.id ORDER BY d14.n) AS r$16) AS "people" 
FROM $workspace.companies AS t11 
WHERE t11.deleted_at IS NULL ORDER BY t11.id 
 LIMIT 60) AS r$17) AS f1, (SELECT coalesce(json_agg(r$22), '[]'::json) AS j 
FROM (SELECT t21.stage AS "stage" 
FROM (SELECT d19.id AS id, row_number() OVER () AS n 
FROM (SELECT DISTINCT ON (array_position($1::TEXT[], t18.stage)) t18.id AS id 
FROM $workspace.opportunities AS t18 
WHERE t18.deleted_at IS NULL ORDER BY array_position($1::TEXT[], t18.stage) DESC, t18.id 
 LIMIT 60) AS d19) AS d20 JOIN $workspace.opportunities AS t21 ON t21.id = d20.id ORDER BY d20.n) AS r$22) AS f2;
-- $1 = ['NEW', 'SCREENING', 'MEETING', 'PROPOSAL', 'CUSTOMER']
