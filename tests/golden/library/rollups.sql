SELECT (SELECT coalesce(json_agg(r$13), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", (SELECT count(*) AS count_1 
FROM $workspace.books AS t5, $workspace.book_writers AS t6 
WHERE t5.deleted_at IS NULL AND t6.book_id = t5.id AND t6.writer_id = t1.id AND t6.deleted_at IS NULL) AS "bookCount", (SELECT max(t7.name) AS max_1 
FROM $workspace.writers AS t7 
WHERE t7.deleted_at IS NULL AND ((SELECT count(*) AS count_2 
FROM $workspace.books AS t8, $workspace.book_writers AS t9 
WHERE t8.deleted_at IS NULL AND t9.book_id = t8.id AND t9.writer_id = t7.id AND t9.deleted_at IS NULL) > $1::INTEGER OR (EXISTS (SELECT * 
FROM $workspace.passports AS t10 
WHERE t10.holder_id = t7.id AND t10.deleted_at IS NULL AND t10.number LIKE $2::VARCHAR))) AND t7.mentor_id = t1.id) AS "lastPupil" 
FROM $workspace.writers AS t1 LEFT OUTER JOIN LATERAL (SELECT count(*) AS v, count(*) AS h 
FROM $workspace.books AS t2, $workspace.book_writers AS t3 
WHERE t2.deleted_at IS NULL AND t3.book_id = t2.id AND t3.writer_id = t1.id AND t3.deleted_at IS NULL) AS l4 ON true 
WHERE t1.deleted_at IS NULL AND (SELECT count(*) AS count_3 
FROM $workspace.books AS t11, $workspace.book_writers AS t12 
WHERE t11.deleted_at IS NULL AND t12.book_id = t11.id AND t12.writer_id = t1.id AND t12.deleted_at IS NULL) >= $3::INTEGER ORDER BY l4.v DESC, t1.name ASC, t1.id 
 LIMIT 60) AS r$13) AS f0, (SELECT row_to_json(r$19) AS j 
FROM (SELECT (SELECT row_to_json(r$18) AS j 
FROM (SELECT s17.a0 AS "bookCount") AS r$18) AS "sum" 
FROM (SELECT CAST(sum((SELECT count(*) AS count_4 
FROM $workspace.books AS t15, $workspace.book_writers AS t16 
WHERE t15.deleted_at IS NULL AND t16.book_id = t15.id AND t16.writer_id = t14.id AND t16.deleted_at IS NULL)) AS TEXT) AS a0 
FROM $workspace.writers AS t14 
WHERE t14.deleted_at IS NULL) AS s17) AS r$19) AS f1;
-- $1 = 0
-- $2 = 'R%'
-- $3 = 1
