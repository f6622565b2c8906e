BEGIN;

INSERT INTO $workspace.books (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, title) VALUES ($1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $5::VARCHAR) RETURNING $workspace.books.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'New'

SELECT $workspace.writers.id, $workspace.writers.id AS id__1 
FROM $workspace.writers 
WHERE $workspace.writers.id = ANY ($1::UUID[]) AND $workspace.writers.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001')]

INSERT INTO $workspace.writers (id, name, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.name, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS TEXT[])) AS anon_1(id, name);
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)"}'
-- $6 = '{"Ada"}'

INSERT INTO $workspace.book_writers (id, book_id, writer_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.book_id, anon_1.writer_id, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS UUID[]), CAST($7::VARCHAR AS UUID[])) AS anon_1(id, book_id, writer_id);
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)"}'
-- $6 = '{"(new id)"}'
-- $7 = '{"(new id)"}'

INSERT INTO $workspace.book_writers (book_id, writer_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1."(above)", anon_1.id, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS UUID[])) AS anon_1(id, "(above)") ON CONFLICT DO NOTHING RETURNING $workspace.book_writers.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"00000001-0000-7000-8000-000000000001"}'
-- $6 = '{"(new id)"}'

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

UPDATE $workspace.books SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID WHERE $workspace.books.deleted_at IS NULL AND $workspace.books.id = $5::UUID RETURNING $workspace.books.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = UUID('00000003-0000-7000-8000-000000000001')

SELECT $workspace.writers.id, $workspace.writers.id AS id__1 
FROM $workspace.writers 
WHERE $workspace.writers.id = ANY ($1::UUID[]) AND $workspace.writers.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000003')]

UPDATE $workspace.book_writers SET updated_at=now(), deleted_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID WHERE $workspace.book_writers.deleted_at IS NULL AND $workspace.book_writers.book_id = ANY ($5::UUID[]) AND NOT (EXISTS (SELECT * 
FROM unnest(CAST($6::VARCHAR AS UUID[]), CAST($7::VARCHAR AS UUID[])) AS anon_1(id, "(above)") 
WHERE anon_1.id = $workspace.book_writers.writer_id AND anon_1."(above)" = $workspace.book_writers.book_id));
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = [UUID('00000003-0000-7000-8000-000000000001')]
-- $6 = '{"00000001-0000-7000-8000-000000000003"}'
-- $7 = '{"00000003-0000-7000-8000-000000000001"}'

INSERT INTO $workspace.book_writers (book_id, writer_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1."(above)", anon_1.id, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS UUID[])) AS anon_1(id, "(above)") ON CONFLICT DO NOTHING RETURNING $workspace.book_writers.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"00000001-0000-7000-8000-000000000003"}'
-- $6 = '{"00000003-0000-7000-8000-000000000001"}'

UPDATE $workspace.writers SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, name=anon_1.name FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS UUID[]), CAST($7::VARCHAR AS TEXT[])) AS anon_1(id, "(above)", name) WHERE $workspace.writers.id = anon_1.id AND (EXISTS (SELECT * 
FROM $workspace.book_writers 
WHERE $workspace.book_writers.book_id = anon_1."(above)" AND $workspace.book_writers.writer_id = $workspace.writers.id AND $workspace.book_writers.deleted_at IS NULL)) AND $workspace.writers.deleted_at IS NULL RETURNING $workspace.writers.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"00000001-0000-7000-8000-000000000003"}'
-- $6 = '{"00000003-0000-7000-8000-000000000001"}'
-- $7 = '{"B."}'

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

UPDATE $workspace.writers SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID WHERE $workspace.writers.deleted_at IS NULL AND $workspace.writers.id = $5::UUID RETURNING $workspace.writers.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = UUID('00000001-0000-7000-8000-000000000001')

SELECT $workspace.writers.id, $workspace.writers.id AS id__1 
FROM $workspace.writers 
WHERE $workspace.writers.id = ANY ($1::UUID[]) AND $workspace.writers.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000002')]

UPDATE $workspace.writer_links SET updated_at=now(), deleted_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS UUID[])) AS anon_1(id, "(above)") WHERE $workspace.writer_links.deleted_at IS NULL AND $workspace.writer_links.target_id = anon_1.id AND $workspace.writer_links.source_id = anon_1."(above)" RETURNING $workspace.writer_links.source_id, $workspace.writer_links.target_id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"00000001-0000-7000-8000-000000000002"}'
-- $6 = '{"00000001-0000-7000-8000-000000000001"}'

SELECT row_to_json(r$5) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.writers AS t2, $workspace.writer_links AS t3 
WHERE t2.deleted_at IS NULL AND t3.target_id = t2.id AND t3.source_id = t1.id AND t3.deleted_at IS NULL ORDER BY t2.id 
 LIMIT 60) AS r$4) AS "friends" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.writers AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$5;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001')]

COMMIT;
