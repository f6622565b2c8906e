WITH w AS 
(INSERT INTO $workspace.companies (created_by_source, created_by_name, created_by_user_id, created_by_api_key_id, updated_by_source, updated_by_name, updated_by_user_id, updated_by_api_key_id, name, domain_name) VALUES ($1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $1::VARCHAR, $2::VARCHAR, $3::UUID, $4::UUID, $5::VARCHAR, $6::VARCHAR) ON CONFLICT (domain_name) WHERE deleted_at IS NULL DO UPDATE SET updated_at = now(), updated_by_source = excluded.updated_by_source, updated_by_name = excluded.updated_by_name, updated_by_user_id = excluded.updated_by_user_id, updated_by_api_key_id = excluded.updated_by_api_key_id, name = excluded.name RETURNING $workspace.companies.id, $workspace.companies.name, $workspace.companies.employees)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.name AS "name", w.employees AS "employees" 
FROM w) AS r$1;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'ACME'
-- $6 = 'acme.com'
