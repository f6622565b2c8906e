BEGIN;

UPDATE $workspace.people SET updated_at=now(), deleted_at=now() WHERE $workspace.people.deleted_at IS NULL AND (EXISTS (SELECT * 
FROM $workspace.companies AS t1 
WHERE t1.id = $workspace.people.company_id AND t1.deleted_at IS NULL AND t1.name LIKE $1::VARCHAR)) RETURNING $workspace.people.id;
-- $1 = 'Tea%'

COMMIT;
