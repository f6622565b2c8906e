SELECT coalesce(json_agg(r$7), '[]'::json) AS j 
FROM (SELECT t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t2 
WHERE t2.company_id = t1.id AND t2.deleted_at IS NULL AND t2.email = $1::VARCHAR)) AND (armature.alike(t1.name) = (SELECT armature.alike(t3.name) AS alike_1 
FROM $workspace.companies AS t3 
WHERE t3.id = $2::UUID AND t3.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t4 
WHERE t4.company_id = t3.id AND t4.deleted_at IS NULL AND t4.email = $3::VARCHAR))) OR armature.alike(t1.domain_name) = (SELECT armature.alike(t5.domain_name) AS alike_2 
FROM $workspace.companies AS t5 
WHERE t5.id = $2::UUID AND t5.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.people AS t6 
WHERE t6.company_id = t5.id AND t6.deleted_at IS NULL AND t6.email = $4::VARCHAR)))) AND (t1.id = $5::UUID) IS NOT true ORDER BY t1.id 
 LIMIT 60) AS r$7;
-- $1 = 'alice@acme.com'
-- $2 = UUID('00000001-0000-7000-8000-000000000001')
-- $3 = 'alice@acme.com'
-- $4 = 'alice@acme.com'
-- $5 = UUID('00000001-0000-7000-8000-000000000001')
