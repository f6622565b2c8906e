BEGIN;

INSERT INTO $workspace.companies (name) VALUES ($1::VARCHAR) RETURNING $workspace.companies.id;
-- $1 = 'New'

SELECT $workspace.people.id, $workspace.people.id AS id__1 
FROM $workspace.people 
WHERE $workspace.people.id = ANY ($1::UUID[]) AND $workspace.people.deleted_at IS NULL;
-- $1 = [UUID('00000002-0000-7000-8000-000000000001')]

INSERT INTO $workspace.opportunities (id, name) SELECT anon_1.id, anon_1.name 
FROM unnest($1::UUID[], $2::TEXT[]) AS anon_1(id, name);
-- $1 = [UUID('(new id)')]
-- $2 = ['deal']

INSERT INTO $workspace.people (id, first_name, company_id) SELECT anon_1.id, anon_1.first_name, anon_1.company_id 
FROM unnest($1::UUID[], $2::TEXT[], $3::UUID[]) AS anon_1(id, first_name, company_id);
-- $1 = [UUID('(new id)'), UUID('(new id)')]
-- $2 = ['One', 'Two']
-- $3 = [UUID('(new id)'), UUID('(new id)')]

INSERT INTO $workspace.notes (id, title, opportunity_id, person_id) SELECT anon_1.id, anon_1.title, anon_1.opportunity_id, anon_1.person_id 
FROM unnest($1::UUID[], $2::TEXT[], $3::UUID[], $4::UUID[]) AS anon_1(id, title, opportunity_id, person_id);
-- $1 = [UUID('(new id)'), UUID('(new id)')]
-- $2 = ['a', 'b']
-- $3 = [UUID('(new id)'), None]
-- $4 = [UUID('(new id)'), UUID('(new id)')]

UPDATE $workspace.people SET updated_at=now(), company_id=anon_1."(above)" FROM unnest($1::UUID[], $2::UUID[]) AS anon_1(id, "(above)") WHERE $workspace.people.id = anon_1.id AND $workspace.people.company_id IS DISTINCT FROM anon_1."(above)" AND $workspace.people.deleted_at IS NULL;
-- $1 = [UUID('00000002-0000-7000-8000-000000000001')]
-- $2 = [UUID('(new id)')]

SELECT row_to_json(r$6) AS j 
FROM (SELECT t1.name AS "name", (SELECT coalesce(json_agg(r$5), '[]'::json) AS j 
FROM (SELECT t2.first_name AS "firstName", (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.title AS "title" 
FROM $workspace.notes AS t3 
WHERE t3.deleted_at IS NULL AND t3.person_id = t2.id ORDER BY t3.id 
 LIMIT 60) AS r$4) AS "notes" 
FROM $workspace.people AS t2 
WHERE t2.deleted_at IS NULL AND t2.company_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$5) AS "people" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.companies AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$6;
-- $1 = [UUID('(new id)')]

COMMIT;
