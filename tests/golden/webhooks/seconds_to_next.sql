SELECT EXTRACT(epoch FROM min(greatest(coalesce(armature.webhook_endpoints.lease_until, armature.webhook_endpoints.due_at), armature.webhook_endpoints.open_until)) - now()) AS anon_1 
FROM armature.webhook_endpoints 
WHERE (armature.webhook_endpoints.due_at IS NOT NULL OR armature.webhook_endpoints.holder IS NOT NULL) AND (EXISTS (SELECT * 
FROM armature.webhooks, armature.workspaces 
WHERE armature.webhooks.id = armature.webhook_endpoints.webhook_id AND armature.workspaces.id = armature.webhooks.workspace_id AND armature.workspaces.deleted_at IS NULL AND armature.workspaces.suspended_at IS NULL AND armature.workspaces.id != ALL ($1::UUID[])));
