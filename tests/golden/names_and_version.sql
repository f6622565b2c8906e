SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT $1::VARCHAR AS "__typename", (SELECT row_to_json(r$3) AS j 
FROM (SELECT $2::VARCHAR AS "type" 
FROM $workspace.people AS t2 
WHERE t2.deleted_at IS NULL AND t2.id = t1.person_id) AS r$3) AS "person" 
FROM $workspace.notes AS t1 
WHERE t1.deleted_at IS NULL ORDER BY t1.id 
 LIMIT 1) AS r$4;
-- $1 = 'Note'
-- $2 = 'Person'
