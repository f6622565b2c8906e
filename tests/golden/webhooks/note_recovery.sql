UPDATE armature.webhook_endpoints SET failures=$1::INTEGER, failing_since=$2::TIMESTAMP WITH TIME ZONE, open_until=$3::TIMESTAMP WITH TIME ZONE WHERE armature.webhook_endpoints.webhook_id = $4::UUID;
