WITH w AS 
(INSERT INTO $workspace.people (id, city, company_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT $1::UUID AS anon_1, $2::VARCHAR AS anon_2, t1.id AS id, $3::VARCHAR AS anon_3, $3::VARCHAR AS anon__1, $4::VARCHAR AS anon_4, $4::VARCHAR AS anon__2, $5::UUID AS anon_5, $5::UUID AS anon__3, $6::UUID AS anon_6, $6::UUID AS anon__4 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.domain_name = $7::VARCHAR ON CONFLICT (id) DO UPDATE SET updated_at = now(), updated_by_source = excluded.updated_by_source, updated_by_name = excluded.updated_by_name, updated_by_user_id = excluded.updated_by_user_id, updated_by_api_key_id = excluded.updated_by_api_key_id, company_id = excluded.company_id WHERE $workspace.people.deleted_at IS NULL RETURNING $workspace.people.id, $workspace.people.first_name, $workspace.people.city, $workspace.people.company_id)
 SELECT row_to_json(r$2) AS j 
FROM (SELECT w.first_name AS "firstName", w.city AS "city", w.company_id AS "companyId" 
FROM w) AS r$2;
-- $1 = UUID('00000002-0000-7000-8000-000000000001')
-- $2 = 'x'
-- $3 = 'SYSTEM'
-- $4 = None
-- $5 = None
-- $6 = None
-- $7 = 'teapot.example'
