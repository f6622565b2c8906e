BEGIN;
INSERT INTO armature.delivery_attempts (delivery_id, duration, url, request_headers, status, response_headers, response_body, error) VALUES ($1::UUID, $2::INTEGER, $3::VARCHAR, $4::JSONB, $5::INTEGER, $6::JSONB, $7::VARCHAR, $8::VARCHAR) RETURNING armature.delivery_attempts.id;
UPDATE armature.deliveries SET attempts=(armature.deliveries.attempts + $1::INTEGER), error=$2::VARCHAR, due_at=(now() + $3::INTERVAL) WHERE armature.deliveries.id = $4::UUID AND armature.deliveries.state = $5::VARCHAR;
UPDATE armature.webhook_endpoints SET failures=(armature.webhook_endpoints.failures + $1::INTEGER), failing_since=coalesce(armature.webhook_endpoints.failing_since, now()) WHERE armature.webhook_endpoints.webhook_id = $2::UUID RETURNING armature.webhook_endpoints.failures, armature.webhook_endpoints.failing_since < now() - $3::INTERVAL AS is_over;
COMMIT;
