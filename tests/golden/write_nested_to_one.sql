BEGIN;

INSERT INTO $workspace.companies (id, name) SELECT anon_1.id, anon_1.name 
FROM unnest($1::UUID[], $2::TEXT[]) AS anon_1(id, name);
-- $1 = [UUID('(new id)')]
-- $2 = ['New']

UPDATE $workspace.people SET updated_at=now(), company_id=$1::UUID WHERE $workspace.people.deleted_at IS NULL AND $workspace.people.id = $2::UUID RETURNING $workspace.people.id;
-- $1 = UUID('(new id)')
-- $2 = UUID('00000002-0000-7000-8000-000000000002')

SELECT row_to_json(r$4) AS j 
FROM (SELECT (SELECT row_to_json(r$3) AS j 
FROM (SELECT t2.name AS "name" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = t1.company_id) AS r$3) AS "company" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$4;
-- $1 = [UUID('00000002-0000-7000-8000-000000000002')]

COMMIT;
