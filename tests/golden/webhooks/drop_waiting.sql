WITH waiting AS 
(SELECT armature.deliveries.id AS id 
FROM armature.deliveries 
WHERE armature.deliveries.webhook_id = $4::UUID AND armature.deliveries.state = 'WAITING' ORDER BY armature.deliveries.id FOR NO KEY UPDATE)
 UPDATE armature.deliveries SET is_open=$1::BOOLEAN, state=$2::VARCHAR, error=$3::VARCHAR, finished_at=now() FROM waiting WHERE armature.deliveries.id = waiting.id;
UPDATE armature.webhook_endpoints SET failures=$1::INTEGER, failing_since=$2::TIMESTAMP WITH TIME ZONE, open_until=$3::TIMESTAMP WITH TIME ZONE WHERE armature.webhook_endpoints.webhook_id = $4::UUID;
WITH stirred AS 
(UPDATE armature.webhook_endpoints SET due_at=least(armature.webhook_endpoints.due_at, coalesce($1::TIMESTAMP WITH TIME ZONE, now())) WHERE armature.webhook_endpoints.webhook_id = $2::UUID)
 SELECT pg_notify($3::VARCHAR, $4::VARCHAR) AS pg_notify_1;
