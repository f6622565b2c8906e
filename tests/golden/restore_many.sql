BEGIN;

UPDATE $workspace.people SET updated_at=now(), deleted_at=NULL WHERE $workspace.people.deleted_at IS NOT NULL RETURNING $workspace.people.id;

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName", t1.deleted_at AS "deletedAt" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('00000002-0000-7000-8000-000000000009')]

COMMIT;
