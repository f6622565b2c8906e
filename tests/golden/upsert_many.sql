BEGIN;

INSERT INTO $workspace.companies (id, domain_name, employees) SELECT anon_1.id, anon_1.domain_name, anon_1.employees 
FROM unnest($1::UUID[], $2::TEXT[], $3::INTEGER[]) AS anon_1(id, domain_name, employees) ON CONFLICT (domain_name) WHERE deleted_at IS NULL DO UPDATE SET updated_at = now(), employees = excluded.employees RETURNING $workspace.companies.id, $workspace.companies.domain_name;
-- $1 = [UUID('(new id)'), UUID('(new id)')]
-- $2 = ['acme.com', 'teapot.example']
-- $3 = [1, 2]

INSERT INTO $workspace.companies (id, name, domain_name) SELECT anon_1.id, anon_1.name, anon_1.domain_name 
FROM unnest($1::UUID[], $2::TEXT[], $3::TEXT[]) AS anon_1(id, name, domain_name) ON CONFLICT (domain_name) WHERE deleted_at IS NULL DO UPDATE SET updated_at = now(), name = excluded.name RETURNING $workspace.companies.id, $workspace.companies.domain_name;
-- $1 = [UUID('(new id)')]
-- $2 = ['New']
-- $3 = ['new.example']

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", t1.employees AS "employees" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.companies AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001'), UUID('(new id)'), UUID('00000001-0000-7000-8000-000000000002')]

COMMIT;
