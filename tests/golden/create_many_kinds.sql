BEGIN;

WITH w AS 
(INSERT INTO $workspace.gadgets (id, email, phone, stars, colors, tags, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_6.id AS id, anon_6.email AS email, anon_6.phone AS phone, anon_6.stars AS stars, CAST(anon_6.colors AS TEXT[]) AS colors, CAST(anon_6.tags AS TEXT[]) AS tags, $6::VARCHAR AS anon_7, $6::VARCHAR AS anon__1, $7::VARCHAR AS anon_8, $7::VARCHAR AS anon__2, $8::UUID AS anon_9, $8::UUID AS anon__3, $9::UUID AS anon_10, $9::UUID AS anon__4 
FROM unnest(CAST($10::VARCHAR AS UUID[]), CAST($11::VARCHAR AS TEXT[]), CAST($12::VARCHAR AS TEXT[]), CAST($13::VARCHAR AS INTEGER[]), CAST($14::VARCHAR AS TEXT[]), CAST($15::VARCHAR AS TEXT[])) AS anon_6(id, email, phone, stars, colors, tags) RETURNING WITH (OLD AS __old, NEW AS __new) NULL::json AS __before, row_to_json(__new) AS __after, $workspace.gadgets.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'CREATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'gadgets'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = '{"(new id)","(new id)"}'
-- $11 = '{"a@example.com",NULL}'
-- $12 = '{NULL,"+41446681800"}'
-- $13 = '{"3",NULL}'
-- $14 = '{"{\\"RED\\"}",NULL}'
-- $15 = '{"{\\"a\\",\\"{b}\\"}",NULL}'

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.email AS "email", t1.phone AS "phone", t1.stars AS "stars", t1.colors AS "colors", t1.tags AS "tags" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.gadgets AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('(new id)'), UUID('(new id)')]

COMMIT;
