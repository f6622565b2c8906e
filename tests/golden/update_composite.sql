WITH w AS 
(UPDATE $workspace.gadgets SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, maker_last_name=$10::VARCHAR, price_currency_code=$11::VARCHAR WHERE $workspace.gadgets.deleted_at IS NULL AND $workspace.gadgets.id = $12::UUID RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.gadgets.id, $workspace.gadgets.maker_first_name, $workspace.gadgets.maker_last_name, $workspace.gadgets.price_amount_micros, $workspace.gadgets.price_currency_code), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT row_to_json(r$3) AS j 
FROM (SELECT CASE WHEN (w.maker_first_name IS NOT NULL OR w.maker_last_name IS NOT NULL) THEN (SELECT r$1 
FROM (SELECT w.maker_first_name AS "firstName", w.maker_last_name AS "lastName") AS r$1) END AS "maker", (SELECT r$2 
FROM (SELECT w.price_currency_code AS "currencyCode") AS r$2) AS "price" 
FROM w) AS r$3;
-- $1 = 'gadgets'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = 'March'
-- $11 = 'CHF'
-- $12 = UUID('00000006-0000-7000-8000-000000000001')
