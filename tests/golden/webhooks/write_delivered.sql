WITH sent AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1) AS sent (
        delivery_id uuid, duration integer, url text, request_headers jsonb,
        status integer, response_headers jsonb, response_body text
    )
), there AS MATERIALIZED (
    SELECT id FROM armature.deliveries
    WHERE id = ANY (ARRAY(SELECT delivery_id FROM sent)) ORDER BY id FOR NO KEY UPDATE
), logged AS (
    INSERT INTO armature.delivery_attempts
    (delivery_id, duration, url, request_headers, status, response_headers, response_body)
    SELECT delivery_id, duration, url, request_headers, status, response_headers, response_body
    FROM sent JOIN there ON there.id = sent.delivery_id
)
UPDATE armature.deliveries AS d
SET state = 'DELIVERED', attempts = d.attempts + 1, finished_at = now(), error = NULL
FROM there WHERE d.id = there.id AND d.state = 'WAITING';
