SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND jsonb_typeof(t1.profile #> $1::TEXT[]) = jsonb_typeof($2::JSONB) AND (t1.profile #> $1::TEXT[]) < $2::JSONB AND (t1.profile #> $3::TEXT[]) IS DISTINCT FROM $4::JSONB AND ((t1.profile #> $5::TEXT[]) #>> '{}') LIKE $6::VARCHAR AND nullif(t1.profile #> $7::TEXT[], 'null') IS NOT NULL ORDER BY t1.id 
 LIMIT 60) AS r$2;
-- $1 = ['size', 'min']
-- $2 = 2
-- $3 = ['size', 'min']
-- $4 = 0
-- $5 = ['tags', '0']
-- $6 = 'a%'
-- $7 = ['tags', '0']
