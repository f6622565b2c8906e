SELECT armature.deliveries.id, armature.deliveries.webhook_id, armature.deliveries.type, armature.deliveries.object_id, armature.deliveries.action, armature.deliveries.subject, armature.deliveries.position, armature.deliveries.at, armature.deliveries.actor, armature.deliveries.request_id, armature.deliveries.merged, armature.deliveries.payload, armature.deliveries.state, armature.deliveries.attempts, armature.deliveries.error, armature.deliveries.created_at, armature.deliveries.due_at, armature.deliveries.finished_at 
FROM armature.deliveries 
WHERE armature.deliveries.webhook_id = $1::UUID ORDER BY armature.deliveries.id DESC 
 LIMIT $2::INTEGER;
