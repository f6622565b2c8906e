SELECT armature.webhooks.id, armature.webhooks.workspace_id, armature.webhooks.url, armature.webhooks.events, armature.webhooks.filter, armature.webhooks.filter_before, armature.webhooks.changed_fields, armature.webhooks.debounce, armature.webhooks.document, armature.webhooks.headers, armature.webhooks.role, armature.webhooks.ordering, armature.webhooks.concurrency, armature.webhooks.is_enabled, armature.webhooks.disabled_reason, armature.webhooks.created_by, armature.webhooks.created_at, armature.webhooks.updated_at 
FROM armature.webhooks 
WHERE armature.webhooks.workspace_id = $1::UUID AND armature.webhooks.is_enabled ORDER BY armature.webhooks.id;
BEGIN;
WITH seen AS MATERIALIZED 
(SELECT e.position AS position, e.at AS at, e.action AS action, e.record AS record, e.actor AS actor, e.request_id AS request_id, CAST(e.before AS JSONB) AS before, CAST(e.after AS JSONB) AS after 
FROM $workspace._events AS e 
WHERE e.position BETWEEN $4::BIGINT AND $5::BIGINT AND e."table" = $6::VARCHAR AND e.action = ANY ($7::TEXT[])), 
found AS 
(SELECT seen.position AS position, seen.at AS at, seen.action AS action, seen.record AS record, seen.actor AS actor, seen.request_id AS request_id, seen.before AS before, seen.after AS after 
FROM seen 
WHERE coalesce(seen.after, seen.before) IS NOT NULL AND (seen.action != 'UPDATED' OR seen.before[$8::VARCHAR] IS DISTINCT FROM seen.after[$8::VARCHAR] OR seen.before[$9::VARCHAR] IS DISTINCT FROM seen.after[$9::VARCHAR] OR seen.before[$10::VARCHAR] IS DISTINCT FROM seen.after[$10::VARCHAR] OR seen.before[$11::VARCHAR] IS DISTINCT FROM seen.after[$11::VARCHAR] OR seen.before[$12::VARCHAR] IS DISTINCT FROM seen.after[$12::VARCHAR] OR seen.before[$13::VARCHAR] IS DISTINCT FROM seen.after[$13::VARCHAR] OR seen.before[$14::VARCHAR] IS DISTINCT FROM seen.after[$14::VARCHAR] OR seen.before[$15::VARCHAR] IS DISTINCT FROM seen.after[$15::VARCHAR] OR seen.before[$16::VARCHAR] IS DISTINCT FROM seen.after[$16::VARCHAR] OR seen.before[$17::VARCHAR] IS DISTINCT FROM seen.after[$17::VARCHAR] OR seen.before[$18::VARCHAR] IS DISTINCT FROM seen.after[$18::VARCHAR] OR seen.before[$19::VARCHAR] IS DISTINCT FROM seen.after[$19::VARCHAR] OR seen.before[$20::VARCHAR] IS DISTINCT FROM seen.after[$20::VARCHAR] OR seen.before[$21::VARCHAR] IS DISTINCT FROM seen.after[$21::VARCHAR] OR seen.before[$22::VARCHAR] IS DISTINCT FROM seen.after[$22::VARCHAR] OR seen.before[$23::VARCHAR] IS DISTINCT FROM seen.after[$23::VARCHAR])), 
made AS 
(INSERT INTO armature.deliveries (webhook_id, object_id, type, state, action, subject, position, at, before, after, actor, request_id, due_at) SELECT $1::UUID AS anon_1, $2::UUID AS anon_2, concat($3::VARCHAR, '.', lower(found.action)) AS concat_1, 'WAITING', found.action AS action, found.record AS record, found.position AS position, found.at AS at, found.before AS before, found.after AS after, found.actor AS actor, found.request_id AS request_id, now() AS now_1 
FROM found ORDER BY found.position RETURNING armature.deliveries.due_at)
 SELECT min(made.due_at) AS min_1 
FROM made;
COMMIT;
WITH stirred AS 
(UPDATE armature.webhook_endpoints SET due_at=least(armature.webhook_endpoints.due_at, coalesce($1::TIMESTAMP WITH TIME ZONE, now())) WHERE armature.webhook_endpoints.webhook_id = $2::UUID)
 SELECT pg_notify($3::VARCHAR, $4::VARCHAR) AS pg_notify_1;
