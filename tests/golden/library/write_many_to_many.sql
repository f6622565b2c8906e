BEGIN;

WITH w AS 
(INSERT INTO $workspace.books (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, title) VALUES ($6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $6::VARCHAR, $7::VARCHAR, $8::UUID, $9::UUID, $10::VARCHAR) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.books.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'books'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = 'New'

SELECT $workspace.writers.id, $workspace.writers.id AS id__1 
FROM $workspace.writers 
WHERE $workspace.writers.id = ANY ($1::UUID[]) AND $workspace.writers.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001')]

WITH w AS 
(INSERT INTO $workspace.writers (id, name, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_6.id AS id, anon_6.name AS name, $6::VARCHAR AS anon_7, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_8, $7::VARCHAR AS anon__2, $8::UUID AS anon_9, $8::UUID AS anon__3, $9::UUID AS anon_10, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS TEXT[])) AS anon_6(id, name) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.writers.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'writers'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"(new id)"}'
-- $11 = '{"Ada"}'

WITH w AS 
(INSERT INTO $workspace.book_writers (id, book_id, writer_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_6.id AS id, anon_6.book_id AS book_id, anon_6.writer_id AS writer_id, $6::VARCHAR AS anon_7, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_8, $7::VARCHAR AS anon__2, $8::UUID AS anon_9, $8::UUID AS anon__3, $9::UUID AS anon_10, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS UUID[]), CAST($12::VARCHAR AS UUID[])) AS anon_6(id, book_id, writer_id) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.book_writers.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'book_writers'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"(new id)"}'
-- $11 = '{"(new id)"}'
-- $12 = '{"(new id)"}'

WITH w AS 
(INSERT INTO $workspace.book_writers (book_id, writer_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_6."(above)" AS "(above)", anon_6.id AS id, $6::VARCHAR AS anon_7, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_8, $7::VARCHAR AS anon__2, $8::UUID AS anon_9, $8::UUID AS anon__3, $9::UUID AS anon_10, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS UUID[])) AS anon_6(id, "(above)") ON CONFLICT DO NOTHING RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.book_writers.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'book_writers'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"00000001-0000-7000-8000-000000000001"}'
-- $11 = '{"(new id)"}'

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

WITH w AS 
(UPDATE $workspace.books SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID WHERE $workspace.books.deleted_at IS NULL AND $workspace.books.id = $10::UUID RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.books.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'books'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = UUID('00000003-0000-7000-8000-000000000001')

SELECT $workspace.writers.id, $workspace.writers.id AS id__1 
FROM $workspace.writers 
WHERE $workspace.writers.id = ANY ($1::UUID[]) AND $workspace.writers.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000003')]

WITH w AS 
(UPDATE $workspace.book_writers SET updated_at=now(), deleted_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID WHERE $workspace.book_writers.deleted_at IS NULL AND $workspace.book_writers.book_id = ANY ($10::UUID[]) AND NOT (EXISTS (SELECT * 
FROM unnest(CAST($11::VARCHAR AS UUID[]), CAST($12::VARCHAR AS UUID[])) AS anon_6(id, "(above)") 
WHERE anon_6.id = $workspace.book_writers.writer_id AND anon_6."(above)" = $workspace.book_writers.book_id)) RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.book_writers.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'DELETED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'book_writers'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = [UUID('00000003-0000-7000-8000-000000000001')]
-- $11 = '{"00000001-0000-7000-8000-000000000003"}'
-- $12 = '{"00000003-0000-7000-8000-000000000001"}'

WITH w AS 
(INSERT INTO $workspace.book_writers (book_id, writer_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_6."(above)" AS "(above)", anon_6.id AS id, $6::VARCHAR AS anon_7, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_8, $7::VARCHAR AS anon__2, $8::UUID AS anon_9, $8::UUID AS anon__3, $9::UUID AS anon_10, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS UUID[])) AS anon_6(id, "(above)") ON CONFLICT DO NOTHING RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.book_writers.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'book_writers'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"00000001-0000-7000-8000-000000000003"}'
-- $11 = '{"00000003-0000-7000-8000-000000000001"}'

WITH w AS 
(UPDATE $workspace.writers SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, name=anon_6.name FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS UUID[]), CAST($12::VARCHAR AS TEXT[])) AS anon_6(id, "(above)", name) WHERE $workspace.writers.id = anon_6.id AND (EXISTS (SELECT * 
FROM $workspace.book_writers 
WHERE $workspace.book_writers.book_id = anon_6."(above)" AND $workspace.book_writers.writer_id = $workspace.writers.id AND $workspace.book_writers.deleted_at IS NULL)) AND $workspace.writers.deleted_at IS NULL RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.writers.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'writers'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"00000001-0000-7000-8000-000000000003"}'
-- $11 = '{"00000003-0000-7000-8000-000000000001"}'
-- $12 = '{"B."}'

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

WITH w AS 
(UPDATE $workspace.writers SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID WHERE $workspace.writers.deleted_at IS NULL AND $workspace.writers.id = $10::UUID RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.writers.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w;
-- $1 = 'writers'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = UUID('00000001-0000-7000-8000-000000000001')

SELECT $workspace.writers.id, $workspace.writers.id AS id__1 
FROM $workspace.writers 
WHERE $workspace.writers.id = ANY ($1::UUID[]) AND $workspace.writers.deleted_at IS NULL;
-- $1 = [UUID('00000001-0000-7000-8000-000000000002')]

WITH w AS 
(UPDATE $workspace.writer_links SET updated_at=now(), deleted_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS UUID[])) AS anon_6(id, "(above)") WHERE $workspace.writer_links.deleted_at IS NULL AND $workspace.writer_links.target_id = anon_6.id AND $workspace.writer_links.source_id = anon_6."(above)" RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.writer_links.id, $workspace.writer_links.source_id, $workspace.writer_links.target_id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'DELETED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.source_id, w.target_id 
FROM w;
-- $1 = 'writer_links'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"00000001-0000-7000-8000-000000000002"}'
-- $11 = '{"00000001-0000-7000-8000-000000000001"}'

SELECT row_to_json(r$5) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.writers AS t2, $workspace.writer_links AS t3 
WHERE t2.deleted_at IS NULL AND t3.target_id = t2.id AND t3.source_id = t1.id AND t3.deleted_at IS NULL ORDER BY t2.id 
 LIMIT 60) AS r$4) AS "friends" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.writers AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$5;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001')]

COMMIT;
