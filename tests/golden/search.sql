SELECT coalesce(json_agg(r$17), '[]'::json) AS j 
FROM (SELECT CAST(p.score AS DOUBLE PRECISION) / 1000 AS "score", translate(encode(convert_to(CAST(json_build_array($1::VARCHAR, p.score, p.id, p.at) AS TEXT), 'UTF8'), 'base64'), E'+/=\n', '-_') AS "cursor", CASE WHEN (p.at = 0) THEN (SELECT row_to_json(r$10) AS j 
FROM (SELECT $2::VARCHAR AS "__typename", t7.name AS "name", (SELECT coalesce(json_agg(r$9), '[]'::json) AS j 
FROM (SELECT t8.last_name AS "lastName" 
FROM $workspace.people AS t8 
WHERE t8.deleted_at IS NULL AND t8.company_id = t7.id ORDER BY t8.id 
 LIMIT 2) AS r$9) AS "people" 
FROM $workspace.companies AS t7 
WHERE t7.deleted_at IS NULL AND t7.id = p.id) AS r$10) WHEN (p.at = 1) THEN (SELECT row_to_json(r$14) AS j 
FROM (SELECT $3::VARCHAR AS "__typename", t11.first_name AS "firstName", t11.last_name AS "lastName", (SELECT row_to_json(r$13) AS j 
FROM (SELECT t12.name AS "name" 
FROM $workspace.companies AS t12 
WHERE t12.deleted_at IS NULL AND t12.id = t11.company_id) AS r$13) AS "company" 
FROM $workspace.people AS t11 
WHERE t11.deleted_at IS NULL AND t11.id = p.id) AS r$14) WHEN (p.at = 2) THEN (SELECT row_to_json(r$16) AS j 
FROM (SELECT $4::VARCHAR AS "__typename", t15.title AS "title" 
FROM $workspace.notes AS t15 
WHERE t15.deleted_at IS NULL AND t15.id = p.id) AS r$16) END AS "record" 
FROM (SELECT f.score AS score, f.id AS id, f.at AS at 
FROM ((SELECT s2.score AS score, s2.id AS id, 0 AS at 
FROM (SELECT t1.id AS id, (SELECT coalesce(CAST(8 * (sum(CASE WHEN (strpos(d.name, ' ' || btrim(q.term) || ' ') > 0) THEN 100 WHEN (strpos(d.name, ' ' || btrim(q.term)) > 0) THEN 80 WHEN (strpos(d.name, btrim(q.term)) > 0) THEN 50 WHEN (strpos(d.whole, ' ' || btrim(q.term) || ' ') > 0) THEN 40 WHEN (strpos(d.whole, ' ' || btrim(q.term)) > 0) THEN 30 WHEN (strpos(d.whole, btrim(q.term)) > 0) THEN 10 ELSE 0 END) / count(*)) + 2 * least(100 * sum(CASE WHEN (strpos(d.name, btrim(q.term)) > 0) THEN length(btrim(q.term)) + 1 ELSE 0 END) / min(greatest(length(d.name) - 1, 1)), 100) AS INTEGER), 0) AS coalesce_1 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') AS whole, armature.plain(' ' || coalesce(t1.name, '') || ' ') AS name
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_1 
FROM unnest($5::TEXT[]) WITH ORDINALITY AS w(text, n)), $6::INTEGER[], $7::BOOLEAN[]) AS q(term, at, is_wanted) 
WHERE q.is_wanted) AS score 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_2 
FROM unnest($8::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_3 
FROM unnest($9::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_4 
FROM unnest($10::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_5 
FROM unnest($5::TEXT[]) WITH ORDINALITY AS w(text, n)), $6::INTEGER[], $7::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted)))
 LIMIT ALL OFFSET 0) AS s2 ORDER BY s2.score DESC, s2.id DESC 
 LIMIT 10) UNION ALL (SELECT s4.score AS score, s4.id AS id, 1 AS at 
FROM (SELECT t3.id AS id, (SELECT coalesce(CAST(8 * (sum(CASE WHEN (strpos(d.name, ' ' || btrim(q.term) || ' ') > 0) THEN 100 WHEN (strpos(d.name, ' ' || btrim(q.term)) > 0) THEN 80 WHEN (strpos(d.name, btrim(q.term)) > 0) THEN 50 WHEN (strpos(d.whole, ' ' || btrim(q.term) || ' ') > 0) THEN 40 WHEN (strpos(d.whole, ' ' || btrim(q.term)) > 0) THEN 30 WHEN (strpos(d.whole, btrim(q.term)) > 0) THEN 10 ELSE 0 END) / count(*)) + 2 * least(100 * sum(CASE WHEN (strpos(d.name, btrim(q.term)) > 0) THEN length(btrim(q.term)) + 1 ELSE 0 END) / min(greatest(length(d.name) - 1, 1)), 100) AS INTEGER), 0) AS coalesce_2 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') AS whole, armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ') AS name
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_6 
FROM unnest($5::TEXT[]) WITH ORDINALITY AS w(text, n)), $6::INTEGER[], $7::BOOLEAN[]) AS q(term, at, is_wanted) 
WHERE q.is_wanted) AS score 
FROM $workspace.people AS t3 
WHERE t3.deleted_at IS NULL AND armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_7 
FROM unnest($8::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_8 
FROM unnest($9::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_9 
FROM unnest($10::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_10 
FROM unnest($5::TEXT[]) WITH ORDINALITY AS w(text, n)), $6::INTEGER[], $7::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted)))
 LIMIT ALL OFFSET 0) AS s4 ORDER BY s4.score DESC, s4.id DESC 
 LIMIT 10) UNION ALL (SELECT s6.score AS score, s6.id AS id, 2 AS at 
FROM (SELECT t5.id AS id, (SELECT coalesce(CAST(8 * (sum(CASE WHEN (strpos(d.name, ' ' || btrim(q.term) || ' ') > 0) THEN 100 WHEN (strpos(d.name, ' ' || btrim(q.term)) > 0) THEN 80 WHEN (strpos(d.name, btrim(q.term)) > 0) THEN 50 WHEN (strpos(d.whole, ' ' || btrim(q.term) || ' ') > 0) THEN 40 WHEN (strpos(d.whole, ' ' || btrim(q.term)) > 0) THEN 30 WHEN (strpos(d.whole, btrim(q.term)) > 0) THEN 10 ELSE 0 END) / count(*)) + 2 * least(100 * sum(CASE WHEN (strpos(d.name, btrim(q.term)) > 0) THEN length(btrim(q.term)) + 1 ELSE 0 END) / min(greatest(length(d.name) - 1, 1)), 100) AS INTEGER), 0) AS coalesce_3 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t5.title, '') || ' ' || coalesce(t5.body, '') || ' ') AS whole, armature.plain(' ' || coalesce(t5.title, '') || ' ') AS name
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_11 
FROM unnest($5::TEXT[]) WITH ORDINALITY AS w(text, n)), $6::INTEGER[], $7::BOOLEAN[]) AS q(term, at, is_wanted) 
WHERE q.is_wanted) AS score 
FROM $workspace.notes AS t5 
WHERE t5.deleted_at IS NULL AND armature.plain(' ' || coalesce(t5.title, '') || ' ' || coalesce(t5.body, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_12 
FROM unnest($8::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t5.title, '') || ' ' || coalesce(t5.body, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_13 
FROM unnest($9::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t5.title, '') || ' ' || coalesce(t5.body, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_14 
FROM unnest($10::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t5.title, '') || ' ' || coalesce(t5.body, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_15 
FROM unnest($5::TEXT[]) WITH ORDINALITY AS w(text, n)), $6::INTEGER[], $7::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted)))
 LIMIT ALL OFFSET 0) AS s6 ORDER BY s6.score DESC, s6.id DESC 
 LIMIT 10)) AS f ORDER BY f.score DESC, f.id DESC, f.at DESC 
 LIMIT 10) AS p ORDER BY p.score DESC, p.id DESC, p.at DESC) AS r$17;
-- $1 = '28156e757f36'
-- $2 = 'Company'
-- $3 = 'Person'
-- $4 = 'Note'
-- $5 = ['tea', 'zurich', 'hatter']
-- $6 = [0, 1, 1]
-- $7 = [True, True, False]
-- $8 = ['%tea%', '%zurich%']
-- $9 = ['%']
-- $10 = ['%']
