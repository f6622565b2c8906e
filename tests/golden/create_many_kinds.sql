BEGIN;

INSERT INTO $workspace.gadgets (id, email, phone, stars, colors, tags) SELECT anon_1.id, anon_1.email, anon_1.phone, anon_1.stars, CAST(anon_1.colors AS TEXT[]) AS colors, CAST(anon_1.tags AS TEXT[]) AS tags 
FROM unnest($1::UUID[], $2::TEXT[], $3::TEXT[], $4::INTEGER[], $5::TEXT[], $6::TEXT[]) AS anon_1(id, email, phone, stars, colors, tags);
-- $1 = [UUID('(new id)'), UUID('(new id)')]
-- $2 = ['a@example.com', None]
-- $3 = [None, '+41446681800']
-- $4 = [3, None]
-- $5 = ['{"RED"}', None]
-- $6 = ['{"a","{b}"}', None]

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.email AS "email", t1.phone AS "phone", t1.stars AS "stars", t1.colors AS "colors", t1.tags AS "tags" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.gadgets AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('(new id)'), UUID('(new id)')]

COMMIT;
