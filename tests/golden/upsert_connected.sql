WITH w AS 
(INSERT INTO $workspace.people (id, city, company_id) SELECT $1::UUID AS anon_1, $2::VARCHAR AS anon_2, t1.id AS id 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.domain_name = $3::VARCHAR ON CONFLICT (id) DO UPDATE SET updated_at = now(), company_id = excluded.company_id WHERE $workspace.people.deleted_at IS NULL RETURNING $workspace.people.id, $workspace.people.created_at, $workspace.people.updated_at, $workspace.people.deleted_at, $workspace.people.first_name, $workspace.people.last_name, $workspace.people.email, $workspace.people.phone, $workspace.people.job_title, $workspace.people.city, $workspace.people.birthday, $workspace.people.company_id)
 SELECT row_to_json(r$2) AS j 
FROM (SELECT w.first_name AS "firstName", w.city AS "city", w.company_id AS "companyId" 
FROM w) AS r$2;
-- $1 = UUID('00000002-0000-7000-8000-000000000001')
-- $2 = 'x'
-- $3 = 'teapot.example'
