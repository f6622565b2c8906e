WITH w AS 
(INSERT INTO $workspace.people (first_name, company_id) SELECT $1::VARCHAR AS anon_1, t1.id AS id 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.domain_name = $2::VARCHAR RETURNING $workspace.people.id, $workspace.people.created_at, $workspace.people.updated_at, $workspace.people.deleted_at, $workspace.people.first_name, $workspace.people.last_name, $workspace.people.email, $workspace.people.phone, $workspace.people.job_title, $workspace.people.city, $workspace.people.birthday, $workspace.people.company_id)
 SELECT row_to_json(r$4) AS j 
FROM (SELECT w.first_name AS "firstName", (SELECT row_to_json(r$3) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = w.company_id) AS r$3) AS "company" 
FROM w) AS r$4;
-- $1 = 'New'
-- $2 = 'acme.com'
