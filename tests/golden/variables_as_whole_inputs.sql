SELECT coalesce(json_agg(r$3), '[]'::json) AS j 
FROM (SELECT t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND (t1.name = $1::VARCHAR OR (EXISTS (SELECT * 
FROM $workspace.people AS t2 
WHERE t2.company_id = t1.id AND t2.deleted_at IS NULL AND t2.city = ANY ($2::TEXT[])))) ORDER BY t1.name DESC, t1.id 
 LIMIT 60) AS r$3;
-- $1 = 'Acme'
-- $2 = ['Oxford', 'Bath']
