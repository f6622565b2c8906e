SELECT (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", t1.stage AS "stage" 
FROM $workspace.opportunities AS t1 
WHERE t1.deleted_at IS NULL AND t1.stage = ANY ($1::TEXT[]) ORDER BY t1.id 
 LIMIT 60) AS r$2) AS f0, (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.name AS "name" 
FROM $workspace.companies AS t3 
WHERE t3.deleted_at IS NULL AND (t3.profile @> $2::JSONB) AND (t3.profile ? $3::VARCHAR) AND t3.is_ideal_customer = $4::BOOLEAN ORDER BY t3.id 
 LIMIT 60) AS r$4) AS f1;
-- $1 = ['NEW', 'CUSTOMER']
-- $2 = {'tags': ['a']}
-- $3 = 'size'
-- $4 = True
