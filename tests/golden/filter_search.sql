SELECT (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.last_name AS "lastName" 
FROM $workspace.people AS t1 
WHERE t1.deleted_at IS NULL AND armature.plain(' ' || coalesce(t1.first_name, '') || ' ' || coalesce(t1.last_name, '') || ' ' || coalesce(t1.email, '') || ' ' || coalesce(t1.phone, '') || ' ' || coalesce(t1.job_title, '') || ' ' || coalesce(t1.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_1 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.first_name, '') || ' ' || coalesce(t1.last_name, '') || ' ' || coalesce(t1.email, '') || ' ' || coalesce(t1.phone, '') || ' ' || coalesce(t1.job_title, '') || ' ' || coalesce(t1.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_2 
FROM unnest($2::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t1.first_name, '') || ' ' || coalesce(t1.last_name, '') || ' ' || coalesce(t1.email, '') || ' ' || coalesce(t1.phone, '') || ' ' || coalesce(t1.job_title, '') || ' ' || coalesce(t1.city, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_3 
FROM unnest($3::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t1.first_name, '') || ' ' || coalesce(t1.last_name, '') || ' ' || coalesce(t1.email, '') || ' ' || coalesce(t1.phone, '') || ' ' || coalesce(t1.job_title, '') || ' ' || coalesce(t1.city, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_4 
FROM unnest($4::TEXT[]) WITH ORDINALITY AS w(text, n)), $5::INTEGER[], $6::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted))) ORDER BY t1.id 
 LIMIT 60) AS r$2) AS f0, (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.name AS "name" 
FROM $workspace.companies AS t3 
WHERE t3.deleted_at IS NULL AND (armature.plain(' ' || coalesce(t3.name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_5 
FROM unnest($7::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t3.name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_6 
FROM unnest($8::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t3.name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_7 
FROM unnest($9::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t3.name, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_8 
FROM unnest($10::TEXT[]) WITH ORDINALITY AS w(text, n)), $11::INTEGER[], $12::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted)))) IS NOT true ORDER BY t3.id 
 LIMIT 60) AS r$4) AS f1, (SELECT coalesce(json_agg(r$6), '[]'::json) AS j 
FROM (SELECT t5.email AS "email" 
FROM $workspace.gadgets AS t5 
WHERE t5.deleted_at IS NULL AND armature.plain(' ' || coalesce(t5.maker_last_name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_9 
FROM unnest($13::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t5.maker_last_name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_10 
FROM unnest($14::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t5.maker_last_name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_11 
FROM unnest($15::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t5.maker_last_name, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_12 
FROM unnest($16::TEXT[]) WITH ORDINALITY AS w(text, n)), $17::INTEGER[], $18::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted))) ORDER BY t5.id 
 LIMIT 60) AS r$6) AS f2, (SELECT coalesce(json_agg(r$8), '[]'::json) AS j 
FROM (SELECT t7.phone AS "phone", t7.tags AS "tags" 
FROM $workspace.gadgets AS t7 
WHERE t7.deleted_at IS NULL AND armature.plain(' ' || coalesce(t7.email, '') || ' ' || coalesce(t7.phone, '') || ' ' || coalesce(armature.joined(t7.tags), '') || ' ' || coalesce(t7.maker_first_name, '') || ' ' || coalesce(t7.maker_last_name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_13 
FROM unnest($19::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t7.email, '') || ' ' || coalesce(t7.phone, '') || ' ' || coalesce(armature.joined(t7.tags), '') || ' ' || coalesce(t7.maker_first_name, '') || ' ' || coalesce(t7.maker_last_name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_14 
FROM unnest($20::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND armature.plain(' ' || coalesce(t7.email, '') || ' ' || coalesce(t7.phone, '') || ' ' || coalesce(armature.joined(t7.tags), '') || ' ' || coalesce(t7.maker_first_name, '') || ' ' || coalesce(t7.maker_last_name, '') || ' ') LIKE ANY (CAST((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_15 
FROM unnest($21::TEXT[]) WITH ORDINALITY AS w(text, n)) AS TEXT[])) AND (EXISTS (SELECT q.at 
FROM LATERAL (SELECT armature.plain(' ' || coalesce(t7.email, '') || ' ' || coalesce(t7.phone, '') || ' ' || coalesce(armature.joined(t7.tags), '') || ' ' || coalesce(t7.maker_first_name, '') || ' ' || coalesce(t7.maker_last_name, '') || ' ') AS whole
 LIMIT ALL OFFSET 0) AS d, unnest((SELECT array_agg(armature.plain(w.text) ORDER BY w.n) AS array_agg_16 
FROM unnest($22::TEXT[]) WITH ORDINALITY AS w(text, n)), $23::INTEGER[], $24::BOOLEAN[]) AS q(term, at, is_wanted) GROUP BY q.at 
HAVING bool_and((strpos(d.whole, q.term) > 0) = q.is_wanted))) ORDER BY t7.id 
 LIMIT 60) AS r$8) AS f3;
-- $1 = ['%alice lid%']
-- $2 = ['%oxford%']
-- $3 = ['%oxford%']
-- $4 = ['oxford', 'alice lid']
-- $5 = [0, 0]
-- $6 = [True, True]
-- $7 = ['%ACME%']
-- $8 = ['%ACME%']
-- $9 = ['%ACME%']
-- $10 = ['ACME']
-- $11 = [0]
-- $12 = [True]
-- $13 = ['%hat%']
-- $14 = ['%hat%']
-- $15 = ['%hat%']
-- $16 = ['hat']
-- $17 = [0]
-- $18 = [True]
-- $19 = ['%+41446681800%', '%41446681800%', '%044%', '%446681801%', '% 44%']
-- $20 = ['%']
-- $21 = ['%']
-- $22 = ['+41446681800', '41446681800', '044', '668', ' 18', ' 01', '446681801', ' 44', '668', ' 18', ' 01']
-- $23 = [0, 1, 2, 2, 2, 2, 3, 4, 4, 4, 4]
-- $24 = [True, True, True, True, True, True, True, True, True, True, True]
