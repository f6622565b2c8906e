SELECT (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.email AS "email", t1.phone AS "phone" 
FROM $workspace.gadgets AS t1 
WHERE t1.deleted_at IS NULL AND t1.email = ANY ($1::TEXT[]) AND t1.phone = $2::VARCHAR ORDER BY t1.id 
 LIMIT 60) AS r$2) AS f0, (SELECT row_to_json(r$4) AS j 
FROM (SELECT t3.stars AS "stars" 
FROM $workspace.gadgets AS t3 
WHERE t3.deleted_at IS NULL AND t3.email = $3::VARCHAR) AS r$4) AS f1;
-- $1 = ['cup@example.com']
-- $2 = '+41446681800'
-- $3 = 'cup@example.com'
