UPDATE armature.deliveries SET before=NULL, after=NULL, payload=anon_1.payload FROM unnest($1::UUID[], $2::BYTEA[]) AS anon_1(id, payload) WHERE armature.deliveries.id = anon_1.id;
