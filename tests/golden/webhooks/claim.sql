WITH free AS 
(SELECT armature.webhook_endpoints.webhook_id AS webhook_id 
FROM armature.webhook_endpoints 
WHERE (armature.webhook_endpoints.due_at IS NOT NULL OR armature.webhook_endpoints.holder IS NOT NULL) AND (armature.webhook_endpoints.due_at <= now() AND armature.webhook_endpoints.holder IS NULL OR armature.webhook_endpoints.holder IS NOT NULL AND armature.webhook_endpoints.lease_until < now()) AND (armature.webhook_endpoints.open_until IS NULL OR armature.webhook_endpoints.open_until <= now()) AND (EXISTS (SELECT * 
FROM armature.webhooks, armature.workspaces 
WHERE armature.webhooks.id = armature.webhook_endpoints.webhook_id AND armature.workspaces.id = armature.webhooks.workspace_id AND armature.workspaces.deleted_at IS NULL AND armature.workspaces.suspended_at IS NULL AND armature.workspaces.id != ALL ($4::UUID[]))) ORDER BY armature.webhook_endpoints.due_at 
 LIMIT $5::INTEGER FOR UPDATE SKIP LOCKED)
 UPDATE armature.webhook_endpoints SET due_at=$1::TIMESTAMP WITH TIME ZONE, holder=$2::UUID, lease_until=(now() + $3::INTERVAL) WHERE armature.webhook_endpoints.webhook_id IN (SELECT free.webhook_id 
FROM free) RETURNING armature.webhook_endpoints.webhook_id, (SELECT armature.webhooks.workspace_id 
FROM armature.webhooks 
WHERE armature.webhooks.id = armature.webhook_endpoints.webhook_id) AS workspace_id;
