UPDATE armature.webhook_endpoints SET due_at=least(armature.webhook_endpoints.due_at, (SELECT min(armature.deliveries.due_at) AS min_1 
FROM armature.deliveries 
WHERE armature.deliveries.webhook_id = $1::UUID AND armature.deliveries.state = $2::VARCHAR AND armature.deliveries.due_at > $3::TIMESTAMP WITH TIME ZONE)), holder=$4::UUID, lease_until=$5::TIMESTAMP WITH TIME ZONE WHERE armature.webhook_endpoints.holder = $6::UUID AND armature.webhook_endpoints.webhook_id = $7::UUID;
