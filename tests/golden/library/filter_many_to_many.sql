SELECT (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t1.title AS "title" 
FROM $workspace.books AS t1 
WHERE t1.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.writers AS t2, $workspace.book_writers AS t3 
WHERE t3.writer_id = t2.id AND t3.book_id = t1.id AND t3.deleted_at IS NULL AND t2.deleted_at IS NULL AND t2.name = $1::VARCHAR)) ORDER BY t1.id 
 LIMIT 60) AS r$4) AS f0, (SELECT coalesce(json_agg(r$8), '[]'::json) AS j 
FROM (SELECT t5.title AS "title" 
FROM $workspace.books AS t5 
WHERE t5.deleted_at IS NULL AND NOT (EXISTS (SELECT * 
FROM $workspace.writers AS t6, $workspace.book_writers AS t7 
WHERE t7.writer_id = t6.id AND t7.book_id = t5.id AND t7.deleted_at IS NULL AND t6.deleted_at IS NULL AND (t6.name = $2::VARCHAR) IS NOT true)) ORDER BY t5.id 
 LIMIT 60) AS r$8) AS f1, (SELECT coalesce(json_agg(r$14), '[]'::json) AS j 
FROM (SELECT t9.name AS "name" 
FROM $workspace.writers AS t9 
WHERE t9.deleted_at IS NULL AND NOT (EXISTS (SELECT * 
FROM $workspace.writers AS t10, $workspace.writer_links AS t11 
WHERE t11.target_id = t10.id AND t11.source_id = t9.id AND t11.deleted_at IS NULL AND t10.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.books AS t12, $workspace.book_writers AS t13 
WHERE t13.book_id = t12.id AND t13.writer_id = t10.id AND t13.deleted_at IS NULL AND t12.deleted_at IS NULL)))) ORDER BY t9.id 
 LIMIT 60) AS r$14) AS f2;
-- $1 = 'Mary'
-- $2 = 'Percy'
