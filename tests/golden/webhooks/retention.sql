DELETE FROM armature.deliveries WHERE armature.deliveries.finished_at < now() - $1::INTERVAL;
