SELECT e.position, CASE WHEN (x.action IS NOT NULL AND x.action = ANY ($1::TEXT[])) THEN (SELECT row_to_json(r$7) AS row_to_json_1 
FROM (SELECT CAST(e.position AS TEXT) AS "position", x.action AS "action", CASE WHEN (x.action != 'LEFT') THEN (SELECT row_to_json(r$6) AS j 
FROM (SELECT t3.name AS "name") AS r$6) ELSE NULL::json END AS "record") AS r$7) END AS anon_1 
FROM (SELECT b.position AS position, b.action AS action, b.at AS at, b.record AS record, b.before AS before, b.after AS after, b.actor AS actor 
FROM $workspace._events AS b 
WHERE b.position > $2::BIGINT AND b."table" = $3::VARCHAR ORDER BY b.position 
 LIMIT 100) AS e JOIN json_populate_record(NULL::$workspace.companies, e.before) AS t1 ON true JOIN json_populate_record(NULL::$workspace.companies, e.after) AS t2 ON true JOIN json_populate_record(NULL::$workspace.companies, CASE WHEN (e.action IN ('DELETED', 'DESTROYED')) THEN e.before ELSE e.after END) AS t3 ON true JOIN LATERAL (SELECT coalesce(t1.id IS NOT NULL AND t1.employees >= $4::INTEGER AND NOT (EXISTS (SELECT * 
FROM $workspace.people AS t4 
WHERE t4.company_id = t1.id AND t4.deleted_at IS NULL AND t4.first_name = $5::VARCHAR)), false) AS was, coalesce(t2.id IS NOT NULL AND t2.employees >= $6::INTEGER AND NOT (EXISTS (SELECT * 
FROM $workspace.people AS t5 
WHERE t5.company_id = t2.id AND t5.deleted_at IS NULL AND t5.first_name = $7::VARCHAR)), false) AS is_) AS s ON true JOIN LATERAL (SELECT CASE WHEN (e.action IN ('CREATED', 'RESTORED')) THEN CASE WHEN s.is_ THEN e.action END WHEN (e.action IN ('DELETED', 'DESTROYED')) THEN CASE WHEN s.was THEN e.action END WHEN (t2.deleted_at IS NOT NULL) THEN NULL WHEN (s.was AND s.is_) THEN e.action WHEN s.is_ THEN 'ENTERED' WHEN s.was THEN 'LEFT' END AS action) AS x ON true ORDER BY e.position;
-- $1 = ['CREATED', 'ENTERED', 'LEFT']
-- $2 = 0
-- $3 = 'companies'
-- $4 = 10
-- $5 = 'Bill'
-- $6 = 10
-- $7 = 'Bill'
