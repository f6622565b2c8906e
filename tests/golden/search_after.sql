SELECT coalesce(json_agg(r$5), '[]'::json) AS j 
FROM (SELECT CAST(p.score AS DOUBLE PRECISION) / 1000 AS "score", (SELECT row_to_json(r$4) AS j 
FROM (SELECT t3.name AS "name" 
FROM $workspace.companies AS t3 
WHERE t3.deleted_at IS NULL AND t3.id = p.id) AS r$4) AS "record" 
FROM (SELECT f.score AS score, f.id AS id, f.at AS at 
FROM (SELECT s2.score AS score, s2.id AS id, 0 AS at 
FROM (SELECT t1.id AS id, (SELECT coalesce(CAST(8 * (sum(CASE WHEN (strpos(d.name, ' ' || btrim(q.term) || ' ') > 0) THEN 100 WHEN (strpos(d.name, ' ' || btrim(q.term)) > 0) THEN 80 WHEN (strpos(d.name, btrim(q.term)) > 0) THEN 50 WHEN (strpos(d.whole, ' ' || btrim(q.term) || ' ') > 0) THEN 40 WHEN (strpos(d.whole, ' ' || btrim(q.term)) > 0) THEN 30 WHEN (strpos(d.whole, btrim(q.term)) > 0) THEN 10 ELSE 0 END) / count(*)) + 2 * least(100 * sum(CASE WHEN (strpos(d.name, btrim(q.term)) > 0) THEN length(btrim(q.term)) + 1 ELSE 0 END) / min(greatest(length(d.name) - 1, 1)), 100) AS INTEGER), 0) AS coalesce_1 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') AS whole, armature.plain(' ' || coalesce(t1.name, '') || ' ') AS name
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_1 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS w(text, n)), $2::INTEGER[], $3::BOOLEAN[]) AS q(term, at, is_wanted) 
WHERE q.is_wanted) AS score 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_2 
FROM unnest($4::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_3 
FROM unnest($5::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_4 
FROM unnest($6::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_5 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS w(text, n)), $2::INTEGER[], $3::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted))) AND t1.employees < $7::INTEGER
 LIMIT ALL OFFSET 0) AS s2 
WHERE (s2.score, s2.id, 0) < ($8::INTEGER, $9::UUID, $10::INTEGER) ORDER BY s2.score DESC, s2.id DESC 
 LIMIT 60) AS f ORDER BY f.score DESC, f.id DESC, f.at DESC 
 LIMIT 60) AS p ORDER BY p.score DESC, p.id DESC, p.at DESC) AS r$5;
-- $1 = ['teapot']
-- $2 = [0]
-- $3 = [True]
-- $4 = ['%teapot%']
-- $5 = ['%teapot%']
-- $6 = ['%teapot%']
-- $7 = 100
-- $8 = 999
-- $9 = UUID('00000001-0000-7000-8000-000000000009')
-- $10 = 0
