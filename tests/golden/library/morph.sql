SELECT coalesce(json_agg(r$6), '[]'::json) AS j 
FROM (SELECT t1.text AS "text", coalesce((SELECT row_to_json(r$3) AS j 
FROM (SELECT $1::VARCHAR AS "__typename", t2.title AS "title" 
FROM $workspace.books AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = t1.book_id) AS r$3), (SELECT row_to_json(r$5) AS j 
FROM (SELECT $2::VARCHAR AS "__typename", t4.name AS "name" 
FROM $workspace.writers AS t4 
WHERE t4.deleted_at IS NULL AND t4.id = t1.writer_id) AS r$5)) AS "subject" 
FROM $workspace.reviews AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.id 
 LIMIT 10) AS r$6;
-- $1 = 'Book'
-- $2 = 'Writer'
