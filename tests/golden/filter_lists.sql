SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.stars AS "stars", t1.colors AS "colors", t1.tags AS "tags", CAST(t1.number AS TEXT) AS "number" 
FROM $workspace.gadgets AS t1 
WHERE t1.deleted_at IS NULL AND ((t1.colors && $1::TEXT[]) OR (t1.colors @> $2::TEXT[]) AND (t1.colors <@ $2::TEXT[]) OR (t1.tags @> $3::TEXT[]) OR (EXISTS (SELECT * 
FROM unnest(t1.tags) AS anon_1(value) 
WHERE anon_1.value ILIKE $4::VARCHAR)) OR (coalesce(cardinality(t1.tags), 0) = 0) IS NOT DISTINCT FROM $5::BOOLEAN) ORDER BY t1.id 
 LIMIT 60) AS r$2;
-- $1 = ['RED']
-- $2 = ['GREEN', 'RED']
-- $3 = ['Tea']
-- $4 = '%china%'
-- $5 = True
