SELECT (SELECT coalesce(json_agg(r$5), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName", t1.last_name AS "lastName" 
FROM $workspace.people AS t1 
WHERE t1.deleted_at IS NULL AND (armature.alike(t1.first_name) = (SELECT armature.alike(t2.first_name) AS alike_1 
FROM $workspace.people AS t2 
WHERE t2.id = $1::UUID AND t2.deleted_at IS NULL) AND armature.alike(t1.last_name) = (SELECT armature.alike(t3.last_name) AS alike_2 
FROM $workspace.people AS t3 
WHERE t3.id = $1::UUID AND t3.deleted_at IS NULL) OR armature.alike(t1.email) = (SELECT armature.alike(t4.email) AS alike_3 
FROM $workspace.people AS t4 
WHERE t4.id = $1::UUID AND t4.deleted_at IS NULL)) AND (t1.id = $2::UUID) IS NOT true ORDER BY t1.id 
 LIMIT 60) AS r$5) AS f0, (SELECT coalesce(json_agg(r$9), '[]'::json) AS j 
FROM (SELECT t6.first_name AS "firstName", (SELECT row_to_json(r$8) AS j 
FROM (SELECT t7.name AS "name" 
FROM $workspace.companies AS t7 
WHERE t7.deleted_at IS NULL AND t7.id = t6.company_id) AS r$8) AS "company" 
FROM $workspace.people AS t6 
WHERE t6.deleted_at IS NULL AND armature.alike(t6.first_name) = armature.alike($3::VARCHAR) AND armature.alike(t6.last_name) = armature.alike($4::VARCHAR) ORDER BY t6.id 
 LIMIT 5) AS r$9) AS f1;
-- $1 = UUID('00000002-0000-7000-8000-000000000001')
-- $2 = UUID('00000002-0000-7000-8000-000000000001')
-- $3 = 'mÁd'
-- $4 = ' hatter'
