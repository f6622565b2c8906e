SELECT armature.delivery_attempts.id, armature.delivery_attempts.delivery_id, armature.delivery_attempts.at, armature.delivery_attempts.duration, armature.delivery_attempts.url, armature.delivery_attempts.request_headers, armature.delivery_attempts.status, armature.delivery_attempts.response_headers, armature.delivery_attempts.response_body, armature.delivery_attempts.error 
FROM armature.delivery_attempts 
WHERE armature.delivery_attempts.delivery_id = ANY ($1::UUID[]) ORDER BY armature.delivery_attempts.id;
