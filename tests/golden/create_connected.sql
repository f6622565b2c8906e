WITH w AS 
(INSERT INTO $workspace.people (first_name, company_id, created_by_source, updated_by_source, created_by_name, updated_by_name, created_by_user_id, updated_by_user_id, created_by_api_key_id, updated_by_api_key_id) SELECT $1::VARCHAR AS anon_1, t1.id AS id, $2::VARCHAR AS anon_2, $2::VARCHAR AS anon__1, $3::VARCHAR AS anon_3, $3::VARCHAR AS anon__2, $4::UUID AS anon_4, $4::UUID AS anon__3, $5::UUID AS anon_5, $5::UUID AS anon__4 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.domain_name = $6::VARCHAR RETURNING $workspace.people.id, $workspace.people.first_name, $workspace.people.company_id)
 SELECT row_to_json(r$4) AS j 
FROM (SELECT w.first_name AS "firstName", (SELECT row_to_json(r$3) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = w.company_id) AS r$3) AS "company" 
FROM w) AS r$4;
-- $1 = 'New'
-- $2 = 'SYSTEM'
-- $3 = None
-- $4 = None
-- $5 = None
-- $6 = 'acme.com'
