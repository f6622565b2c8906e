BEGIN;

INSERT INTO $workspace.books (title) VALUES ($1::VARCHAR) RETURNING $workspace.books.id;
-- $1 = 'New'

SELECT $workspace.writers.id, $workspace.writers.id AS id__1 
FROM $workspace.writers 
WHERE $workspace.writers.id = ANY ($1::UUID[]) AND $workspace.writers.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001')]

INSERT INTO $workspace.writers (id, name) SELECT anon_1.id, anon_1.name 
FROM unnest($1::UUID[], $2::TEXT[]) AS anon_1(id, name);
-- $1 = [UUID('(new id)')]
-- $2 = ['Ada']

INSERT INTO $workspace.book_writers (id, book_id, writer_id) SELECT anon_1.id, anon_1.book_id, anon_1.writer_id 
FROM unnest($1::UUID[], $2::UUID[], $3::UUID[]) AS anon_1(id, book_id, writer_id);
-- $1 = [UUID('(new id)')]
-- $2 = [UUID('(new id)')]
-- $3 = [UUID('(new id)')]

INSERT INTO $workspace.book_writers (book_id, writer_id) SELECT anon_1."(above)", anon_1.id 
FROM unnest($1::UUID[], $2::UUID[]) AS anon_1(id, "(above)") ON CONFLICT DO NOTHING;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001')]
-- $2 = [UUID('(new id)')]

SELECT row_to_json(r$5) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.writers AS t2, $workspace.book_writers AS t3 
WHERE t2.deleted_at IS NULL AND t3.writer_id = t2.id AND t3.book_id = t1.id AND t3.deleted_at IS NULL ORDER BY t2.id 
 LIMIT 60) AS r$4) AS "writers" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.books AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$5;
-- $1 = [UUID('(new id)')]

COMMIT;

BEGIN;

UPDATE $workspace.books SET updated_at=now() WHERE $workspace.books.deleted_at IS NULL AND $workspace.books.id = $1::UUID RETURNING $workspace.books.id;
-- $1 = UUID('00000003-0000-7000-8000-000000000001')

SELECT $workspace.writers.id, $workspace.writers.id AS id__1 
FROM $workspace.writers 
WHERE $workspace.writers.id = ANY ($1::UUID[]) AND $workspace.writers.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000003')]

UPDATE $workspace.book_writers SET updated_at=now(), deleted_at=now() WHERE $workspace.book_writers.deleted_at IS NULL AND $workspace.book_writers.book_id = ANY ($1::UUID[]) AND NOT (EXISTS (SELECT * 
FROM unnest($2::UUID[], $3::UUID[]) AS anon_1(id, "(above)") 
WHERE anon_1.id = $workspace.book_writers.writer_id AND anon_1."(above)" = $workspace.book_writers.book_id));
-- $1 = [UUID('00000003-0000-7000-8000-000000000001')]
-- $2 = [UUID('00000001-0000-7000-8000-000000000003')]
-- $3 = [UUID('00000003-0000-7000-8000-000000000001')]

INSERT INTO $workspace.book_writers (book_id, writer_id) SELECT anon_1."(above)", anon_1.id 
FROM unnest($1::UUID[], $2::UUID[]) AS anon_1(id, "(above)") ON CONFLICT DO NOTHING;
-- $1 = [UUID('00000001-0000-7000-8000-000000000003')]
-- $2 = [UUID('00000003-0000-7000-8000-000000000001')]

UPDATE $workspace.writers SET updated_at=now(), name=anon_1.name FROM unnest($1::UUID[], $2::UUID[], $3::TEXT[]) AS anon_1(id, "(above)", name) WHERE $workspace.writers.id = anon_1.id AND (EXISTS (SELECT * 
FROM $workspace.book_writers 
WHERE $workspace.book_writers.book_id = anon_1."(above)" AND $workspace.book_writers.writer_id = $workspace.writers.id AND $workspace.book_writers.deleted_at IS NULL)) AND $workspace.writers.deleted_at IS NULL RETURNING $workspace.writers.id;
-- $1 = [UUID('00000001-0000-7000-8000-000000000003')]
-- $2 = [UUID('00000003-0000-7000-8000-000000000001')]
-- $3 = ['B.']

SELECT row_to_json(r$5) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.writers AS t2, $workspace.book_writers AS t3 
WHERE t2.deleted_at IS NULL AND t3.writer_id = t2.id AND t3.book_id = t1.id AND t3.deleted_at IS NULL ORDER BY t2.id 
 LIMIT 60) AS r$4) AS "writers" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.books AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$5;
-- $1 = [UUID('00000003-0000-7000-8000-000000000001')]

COMMIT;

BEGIN;

UPDATE $workspace.writers SET updated_at=now() WHERE $workspace.writers.deleted_at IS NULL AND $workspace.writers.id = $1::UUID RETURNING $workspace.writers.id;
-- $1 = UUID('00000001-0000-7000-8000-000000000001')

SELECT $workspace.writers.id, $workspace.writers.id AS id__1 
FROM $workspace.writers 
WHERE $workspace.writers.id = ANY ($1::UUID[]) AND $workspace.writers.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000002')]

UPDATE $workspace.writer_links SET updated_at=now(), deleted_at=now() FROM unnest($1::UUID[], $2::UUID[]) AS anon_1(id, "(above)") WHERE $workspace.writer_links.deleted_at IS NULL AND $workspace.writer_links.target_id = anon_1.id AND $workspace.writer_links.source_id = anon_1."(above)" RETURNING $workspace.writer_links.source_id, $workspace.writer_links.target_id;
-- $1 = [UUID('00000001-0000-7000-8000-000000000002')]
-- $2 = [UUID('00000001-0000-7000-8000-000000000001')]

SELECT row_to_json(r$5) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.writers AS t2, $workspace.writer_links AS t3 
WHERE t2.deleted_at IS NULL AND t3.target_id = t2.id AND t3.source_id = t1.id AND t3.deleted_at IS NULL ORDER BY t2.id 
 LIMIT 60) AS r$4) AS "friends" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.writers AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$5;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001')]

COMMIT;
