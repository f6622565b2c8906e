WITH alive AS MATERIALIZED (
    SELECT e.webhook_id, e.open_until > now() AS is_left_alone
    FROM armature.webhook_endpoints AS e JOIN armature.webhooks AS w ON w.id = e.webhook_id
    JOIN armature.workspaces ON workspaces.id = w.workspace_id
    WHERE workspaces.deleted_at IS NULL AND workspaces.suspended_at IS NULL
), waiting AS (
    SELECT count(*) AS count, count(*) FILTER (WHERE attempts > 0) AS retried, min(due_at) AS oldest
    FROM armature.deliveries WHERE state = 'WAITING' AND webhook_id IN (SELECT webhook_id FROM alive)
)
SELECT count, retried, coalesce(greatest(0, extract(epoch FROM now() - oldest)), 0)::float8 AS seconds,
(SELECT count(*) FROM alive WHERE is_left_alone) AS left_alone
FROM waiting;
