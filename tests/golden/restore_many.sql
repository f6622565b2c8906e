BEGIN;

UPDATE $workspace.people SET updated_at=now(), deleted_at=NULL, updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID WHERE $workspace.people.deleted_at IS NOT NULL RETURNING $workspace.people.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.first_name AS "firstName", t1.deleted_at AS "deletedAt" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('00000002-0000-7000-8000-000000000009')]

COMMIT;
