SELECT coalesce(json_agg(r$8), '[]'::json) AS j 
FROM (SELECT t1.title AS "title", (SELECT coalesce(json_agg(r$7), '[]'::json) AS j 
FROM (SELECT t2.name AS "name", (SELECT coalesce(json_agg(r$5), '[]'::json) AS j 
FROM (SELECT t3.title AS "title" 
FROM $workspace.books AS t3, $workspace.book_writers AS t4 
WHERE t3.deleted_at IS NULL AND t4.book_id = t3.id AND t4.writer_id = t2.id AND t4.deleted_at IS NULL ORDER BY t3.id 
 LIMIT 60) AS r$5) AS "books" 
FROM $workspace.writers AS t2, $workspace.book_writers AS t6 
WHERE t2.deleted_at IS NULL AND t2.name IS DISTINCT FROM $1::VARCHAR AND t6.writer_id = t2.id AND t6.book_id = t1.id AND t6.deleted_at IS NULL ORDER BY t2.name ASC, t2.id 
 LIMIT 10) AS r$7) AS "writers" 
FROM $workspace.books AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.id 
 LIMIT 60) AS r$8;
-- $1 = 'Nobody'
