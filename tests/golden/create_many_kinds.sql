BEGIN;

INSERT INTO $workspace.gadgets (id, email, phone, stars, colors, tags, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT anon_1.id, anon_1.email, anon_1.phone, anon_1.stars, CAST(anon_1.colors AS TEXT[]) AS colors, CAST(anon_1.tags AS TEXT[]) AS tags, $1::VARCHAR AS anon_2, $1::VARCHAR AS anon__1, $2::VARCHAR AS anon_3, $2::VARCHAR AS anon__2, $3::UUID AS anon_4, $3::UUID AS anon__3, $4::UUID AS anon_5, $4::UUID AS anon__4 
FROM unnest(CAST($5::VARCHAR AS UUID[]), CAST($6::VARCHAR AS TEXT[]), CAST($7::VARCHAR AS TEXT[]), CAST($8::VARCHAR AS INTEGER[]), CAST($9::VARCHAR AS TEXT[]), CAST($10::VARCHAR AS TEXT[])) AS anon_1(id, email, phone, stars, colors, tags);
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = '{"(new id)","(new id)"}'
-- $6 = '{"a@example.com",NULL}'
-- $7 = '{NULL,"+41446681800"}'
-- $8 = '{"3",NULL}'
-- $9 = '{"{\\"RED\\"}",NULL}'
-- $10 = '{"{\\"a\\",\\"{b}\\"}",NULL}'

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.email AS "email", t1.phone AS "phone", t1.stars AS "stars", t1.colors AS "colors", t1.tags AS "tags" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.gadgets AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('(new id)'), UUID('(new id)')]

COMMIT;
