BEGIN;

UPDATE $workspace.companies SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, address_city=$5::VARCHAR WHERE $workspace.companies.deleted_at IS NULL AND $workspace.companies.employees > $6::INTEGER RETURNING $workspace.companies.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'Bath'
-- $6 = 1

SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", t1.address_city AS "addressCity" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.companies AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$2;
-- $1 = [UUID('00000001-0000-7000-8000-000000000001'), UUID('00000001-0000-7000-8000-000000000002')]

COMMIT;
