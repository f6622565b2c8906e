SELECT coalesce(json_agg(r$15), '[]'::json) AS j 
FROM (SELECT CASE WHEN (p.at = 0) THEN (SELECT row_to_json(r$10) AS j 
FROM (SELECT $1::VARCHAR AS "__typename", t8.name AS "name" 
FROM $workspace.companies AS t8 
WHERE t8.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t9 
WHERE t9.company_id = t8.id AND t9.deleted_at IS NULL AND t9.email = $2::VARCHAR)) AND t8.id = p.id) AS r$10) WHEN (p.at = 1) THEN (SELECT row_to_json(r$12) AS j 
FROM (SELECT $3::VARCHAR AS "__typename", t11.first_name AS "firstName" 
FROM $workspace.people AS t11 
WHERE t11.deleted_at IS NULL AND t11.company_id IS NOT NULL AND t11.id = p.id) AS r$12) WHEN (p.at = 2) THEN (SELECT row_to_json(r$14) AS j 
FROM (SELECT $4::VARCHAR AS "__typename" 
FROM $workspace.opportunities AS t13 
WHERE t13.deleted_at IS NULL AND t13.point_of_contact_id = $5::UUID AND t13.id = p.id) AS r$14) END AS "record" 
FROM (SELECT f.score AS score, f.id AS id, f.at AS at 
FROM ((SELECT s3.score AS score, s3.id AS id, 0 AS at 
FROM (SELECT t1.id AS id, (SELECT coalesce(CAST(8 * (sum(CASE WHEN (strpos(d.name, ' ' || btrim(q.term) || ' ') > 0) THEN 100 WHEN (strpos(d.name, ' ' || btrim(q.term)) > 0) THEN 80 WHEN (strpos(d.name, btrim(q.term)) > 0) THEN 50 WHEN (strpos(d.whole, ' ' || btrim(q.term) || ' ') > 0) THEN 40 WHEN (strpos(d.whole, ' ' || btrim(q.term)) > 0) THEN 30 WHEN (strpos(d.whole, btrim(q.term)) > 0) THEN 10 ELSE 0 END) / count(*)) + 2 * least(100 * sum(CASE WHEN (strpos(d.name, btrim(q.term)) > 0) THEN length(btrim(q.term)) + 1 ELSE 0 END) / min(greatest(length(d.name) - 1, 1)), 100) AS INTEGER), 0) AS coalesce_1 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') AS whole, armature.plain(' ' || coalesce(t1.name, '') || ' ') AS name
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_1 
FROM unnest($6::TEXT[]) WITH ORDINALITY AS w(text, n)), $7::INTEGER[], $8::BOOLEAN[]) AS q(term, at, is_wanted) 
WHERE q.is_wanted) AS score 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t2 
WHERE t2.company_id = t1.id AND t2.deleted_at IS NULL AND t2.email = $9::VARCHAR)) AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_2 
FROM unnest($10::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_3 
FROM unnest($11::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_4 
FROM unnest($12::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t1.name, '') || ' ' || coalesce(t1.domain_name, '') || ' ' || coalesce(t1.address_city, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_5 
FROM unnest($6::TEXT[]) WITH ORDINALITY AS w(text, n)), $7::INTEGER[], $8::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted)))
 LIMIT ALL OFFSET 0) AS s3 ORDER BY s3.score DESC, s3.id DESC 
 LIMIT 5) UNION ALL (SELECT s5.score AS score, s5.id AS id, 1 AS at 
FROM (SELECT t4.id AS id, (SELECT coalesce(CAST(8 * (sum(CASE WHEN (strpos(d.name, ' ' || btrim(q.term) || ' ') > 0) THEN 100 WHEN (strpos(d.name, ' ' || btrim(q.term)) > 0) THEN 80 WHEN (strpos(d.name, btrim(q.term)) > 0) THEN 50 WHEN (strpos(d.whole, ' ' || btrim(q.term) || ' ') > 0) THEN 40 WHEN (strpos(d.whole, ' ' || btrim(q.term)) > 0) THEN 30 WHEN (strpos(d.whole, btrim(q.term)) > 0) THEN 10 ELSE 0 END) / count(*)) + 2 * least(100 * sum(CASE WHEN (strpos(d.name, btrim(q.term)) > 0) THEN length(btrim(q.term)) + 1 ELSE 0 END) / min(greatest(length(d.name) - 1, 1)), 100) AS INTEGER), 0) AS coalesce_2 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t4.first_name, '') || ' ' || coalesce(t4.last_name, '') || ' ' || coalesce(t4.email, '') || ' ' || coalesce(t4.phone, '') || ' ' || coalesce(t4.job_title, '') || ' ' || coalesce(t4.city, '') || ' ') AS whole, armature.plain(' ' || coalesce(t4.first_name, '') || ' ' || coalesce(t4.last_name, '') || ' ') AS name
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_6 
FROM unnest($6::TEXT[]) WITH ORDINALITY AS w(text, n)), $7::INTEGER[], $8::BOOLEAN[]) AS q(term, at, is_wanted) 
WHERE q.is_wanted) AS score 
FROM $workspace.people AS t4 
WHERE t4.deleted_at IS NULL AND t4.company_id IS NOT NULL AND armature.plain(' ' || coalesce(t4.first_name, '') || ' ' || coalesce(t4.last_name, '') || ' ' || coalesce(t4.email, '') || ' ' || coalesce(t4.phone, '') || ' ' || coalesce(t4.job_title, '') || ' ' || coalesce(t4.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_7 
FROM unnest($10::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t4.first_name, '') || ' ' || coalesce(t4.last_name, '') || ' ' || coalesce(t4.email, '') || ' ' || coalesce(t4.phone, '') || ' ' || coalesce(t4.job_title, '') || ' ' || coalesce(t4.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_8 
FROM unnest($11::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t4.first_name, '') || ' ' || coalesce(t4.last_name, '') || ' ' || coalesce(t4.email, '') || ' ' || coalesce(t4.phone, '') || ' ' || coalesce(t4.job_title, '') || ' ' || coalesce(t4.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_9 
FROM unnest($12::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t4.first_name, '') || ' ' || coalesce(t4.last_name, '') || ' ' || coalesce(t4.email, '') || ' ' || coalesce(t4.phone, '') || ' ' || coalesce(t4.job_title, '') || ' ' || coalesce(t4.city, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_10 
FROM unnest($6::TEXT[]) WITH ORDINALITY AS w(text, n)), $7::INTEGER[], $8::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted)))
 LIMIT ALL OFFSET 0) AS s5 ORDER BY s5.score DESC, s5.id DESC 
 LIMIT 5) UNION ALL (SELECT s7.score AS score, s7.id AS id, 2 AS at 
FROM (SELECT t6.id AS id, (SELECT coalesce(CAST(8 * (sum(CASE WHEN (strpos(d.name, ' ' || btrim(q.term) || ' ') > 0) THEN 100 WHEN (strpos(d.name, ' ' || btrim(q.term)) > 0) THEN 80 WHEN (strpos(d.name, btrim(q.term)) > 0) THEN 50 WHEN (strpos(d.whole, ' ' || btrim(q.term) || ' ') > 0) THEN 40 WHEN (strpos(d.whole, ' ' || btrim(q.term)) > 0) THEN 30 WHEN (strpos(d.whole, btrim(q.term)) > 0) THEN 10 ELSE 0 END) / count(*)) + 2 * least(100 * sum(CASE WHEN (strpos(d.name, btrim(q.term)) > 0) THEN length(btrim(q.term)) + 1 ELSE 0 END) / min(greatest(length(d.name) - 1, 1)), 100) AS INTEGER), 0) AS coalesce_3 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t6.name, '') || ' ') AS whole, armature.plain(' ' || coalesce(t6.name, '') || ' ') AS name
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_11 
FROM unnest($6::TEXT[]) WITH ORDINALITY AS w(text, n)), $7::INTEGER[], $8::BOOLEAN[]) AS q(term, at, is_wanted) 
WHERE q.is_wanted) AS score 
FROM $workspace.opportunities AS t6 
WHERE t6.deleted_at IS NULL AND t6.point_of_contact_id = $13::UUID AND armature.plain(' ' || coalesce(t6.name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_12 
FROM unnest($10::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t6.name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_13 
FROM unnest($11::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t6.name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_14 
FROM unnest($12::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t6.name, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_15 
FROM unnest($6::TEXT[]) WITH ORDINALITY AS w(text, n)), $7::INTEGER[], $8::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted)))
 LIMIT ALL OFFSET 0) AS s7 ORDER BY s7.score DESC, s7.id DESC 
 LIMIT 5)) AS f ORDER BY f.score DESC, f.id DESC, f.at DESC 
 LIMIT 5) AS p ORDER BY p.score DESC, p.id DESC, p.at DESC) AS r$15;
-- $1 = 'Company'
-- $2 = 'alice@acme.com'
-- $3 = 'Person'
-- $4 = 'Opportunity'
-- $5 = UUID('00000002-0000-7000-8000-000000000001')
-- $6 = ['acme']
-- $7 = [0]
-- $8 = [True]
-- $9 = 'alice@acme.com'
-- $10 = ['%acme%']
-- $11 = ['%acme%']
-- $12 = ['%acme%']
-- $13 = UUID('00000002-0000-7000-8000-000000000001')
