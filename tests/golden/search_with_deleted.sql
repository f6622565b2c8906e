SELECT coalesce(json_agg(r$11), '[]'::json) AS j 
FROM (SELECT CAST(p.score AS DOUBLE PRECISION) / 1000 AS "score", CASE WHEN (p.at = 0) THEN (SELECT row_to_json(r$6) AS j 
FROM (SELECT $1::VARCHAR AS "__typename", t5.name AS "name", t5.deleted_at AS "deletedAt" 
FROM $workspace.companies AS t5 
WHERE t5.id = p.id) AS r$6) WHEN (p.at = 1) THEN (SELECT row_to_json(r$10) AS j 
FROM (SELECT $2::VARCHAR AS "__typename", t7.last_name AS "lastName", (SELECT row_to_json(r$9) AS j 
FROM (SELECT t8.name AS "name" 
FROM $workspace.companies AS t8 
WHERE t8.deleted_at IS NULL AND t8.id = t7.company_id) AS r$9) AS "company" 
FROM $workspace.people AS t7 
WHERE t7.id = p.id) AS r$10) END AS "record" 
FROM (SELECT f.score AS score, f.id AS id, f.at AS at 
FROM ((SELECT s2.score AS score, s2.id AS id, 0 AS at 
FROM (SELECT t1.id AS id, (SELECT coalesce(CAST(8 * (sum(CASE WHEN (strpos(d.name, ' ' || btrim(q.term) || ' ') > 0) THEN 100 WHEN (strpos(d.name, ' ' || btrim(q.term)) > 0) THEN 80 WHEN (strpos(d.name, btrim(q.term)) > 0) THEN 50 WHEN (strpos(d.whole, ' ' || btrim(q.term) || ' ') > 0) THEN 40 WHEN (strpos(d.whole, ' ' || btrim(q.term)) > 0) THEN 30 WHEN (strpos(d.whole, btrim(q.term)) > 0) THEN 10 ELSE 0 END) / count(*)) + 2 * least(100 * sum(CASE WHEN (strpos(d.name, btrim(q.term)) > 0) THEN length(btrim(q.term)) + 1 ELSE 0 END) / min(greatest(length(d.name) - 1, 1)), 100) AS INTEGER), 0) AS coalesce_1 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') AS whole, armature.plain(' ' || coalesce(t1.name, '') || ' ') AS name
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_1 
FROM unnest($3::TEXT[]) WITH ORDINALITY AS w(text, n)), $4::INTEGER[], $5::BOOLEAN[]) AS q(term, at, is_wanted) 
WHERE q.is_wanted) AS score 
FROM $workspace.companies AS t1 
WHERE armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_2 
FROM unnest($6::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_3 
FROM unnest($7::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_4 
FROM unnest($8::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_5 
FROM unnest($3::TEXT[]) WITH ORDINALITY AS w(text, n)), $4::INTEGER[], $5::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted)))
 LIMIT ALL OFFSET 0) AS s2 ORDER BY s2.score DESC, s2.id DESC 
 LIMIT 3) UNION ALL (SELECT s4.score AS score, s4.id AS id, 1 AS at 
FROM (SELECT t3.id AS id, (SELECT coalesce(CAST(8 * (sum(CASE WHEN (strpos(d.name, ' ' || btrim(q.term) || ' ') > 0) THEN 100 WHEN (strpos(d.name, ' ' || btrim(q.term)) > 0) THEN 80 WHEN (strpos(d.name, btrim(q.term)) > 0) THEN 50 WHEN (strpos(d.whole, ' ' || btrim(q.term) || ' ') > 0) THEN 40 WHEN (strpos(d.whole, ' ' || btrim(q.term)) > 0) THEN 30 WHEN (strpos(d.whole, btrim(q.term)) > 0) THEN 10 ELSE 0 END) / count(*)) + 2 * least(100 * sum(CASE WHEN (strpos(d.name, btrim(q.term)) > 0) THEN length(btrim(q.term)) + 1 ELSE 0 END) / min(greatest(length(d.name) - 1, 1)), 100) AS INTEGER), 0) AS coalesce_2 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') AS whole, armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ') AS name
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_6 
FROM unnest($3::TEXT[]) WITH ORDINALITY AS w(text, n)), $4::INTEGER[], $5::BOOLEAN[]) AS q(term, at, is_wanted) 
WHERE q.is_wanted) AS score 
FROM $workspace.people AS t3 
WHERE armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_7 
FROM unnest($6::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_8 
FROM unnest($7::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_9 
FROM unnest($8::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t3.first_name, '') || ' ' || coalesce(t3.last_name, '') || ' ' || coalesce(t3.email, '') || ' ' || coalesce(t3.phone, '') || ' ' || coalesce(t3.job_title, '') || ' ' || coalesce(t3.city, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_10 
FROM unnest($3::TEXT[]) WITH ORDINALITY AS w(text, n)), $4::INTEGER[], $5::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted)))
 LIMIT ALL OFFSET 0) AS s4 ORDER BY s4.score DESC, s4.id DESC 
 LIMIT 3)) AS f ORDER BY f.score DESC, f.id DESC, f.at DESC 
 LIMIT 3) AS p ORDER BY p.score DESC, p.id DESC, p.at DESC) AS r$11;
-- $1 = 'Company'
-- $2 = 'Person'
-- $3 = ['gone']
-- $4 = [0]
-- $5 = [True]
-- $6 = ['%gone%']
-- $7 = ['%gone%']
-- $8 = ['%gone%']
