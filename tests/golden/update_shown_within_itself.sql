BEGIN;

UPDATE $workspace.people SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, company_id=t1.id FROM $workspace.companies AS t1 WHERE $workspace.people.deleted_at IS NULL AND $workspace.people.id = $5::UUID AND t1.deleted_at IS NULL AND t1.id = $6::UUID RETURNING $workspace.people.id;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = UUID('00000002-0000-7000-8000-000000000001')
-- $6 = UUID('00000001-0000-7000-8000-000000000002')

SELECT row_to_json(r$6) AS j 
FROM (SELECT (SELECT row_to_json(r$5) AS j 
FROM (SELECT (SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t3.first_name AS "firstName" 
FROM $workspace.people AS t3 
WHERE t3.deleted_at IS NULL AND t3.company_id = t2.id ORDER BY t3.id 
 LIMIT 60) AS r$4) AS "people" 
FROM $workspace.companies AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = t1.company_id) AS r$5) AS "company" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.people AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$6;
-- $1 = [UUID('00000002-0000-7000-8000-000000000001')]

COMMIT;
