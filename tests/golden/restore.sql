WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), deleted_at=NULL, updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID WHERE $workspace.companies.id = $5::UUID RETURNING $workspace.companies.id, $workspace.companies.deleted_at, $workspace.companies.name)
 SELECT row_to_json(r$3) AS j 
FROM (SELECT w.name AS "name", w.deleted_at AS "deletedAt", (SELECT coalesce(json_agg(r$2), '[]'::json) AS j 
FROM (SELECT t1.last_name AS "lastName" 
FROM $workspace.people AS t1 
WHERE t1.deleted_at IS NULL AND t1.company_id = w.id ORDER BY t1.id 
 LIMIT 60) AS r$2) AS "people" 
FROM w) AS r$3;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = UUID('00000001-0000-7000-8000-000000000009')
