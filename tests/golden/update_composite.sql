WITH w AS 
(UPDATE $workspace.gadgets SET updated_at=now(), updated_by_source=$1::VARCHAR, updated_by_name=$2::VARCHAR, updated_by_user_id=$3::UUID, updated_by_api_key_id=$4::UUID, maker_last_name=$5::VARCHAR, price_currency_code=$6::VARCHAR WHERE $workspace.gadgets.deleted_at IS NULL AND $workspace.gadgets.id = $7::UUID RETURNING $workspace.gadgets.id, $workspace.gadgets.maker_first_name, $workspace.gadgets.maker_last_name, $workspace.gadgets.price_amount_micros, $workspace.gadgets.price_currency_code)
 SELECT row_to_json(r$3) AS j 
FROM (SELECT CASE WHEN (w.maker_first_name IS NOT NULL OR w.maker_last_name IS NOT NULL) THEN (SELECT r$1 
FROM (SELECT w.maker_first_name AS "firstName", w.maker_last_name AS "lastName") AS r$1) END AS "maker", (SELECT r$2 
FROM (SELECT w.price_currency_code AS "currencyCode") AS r$2) AS "price" 
FROM w) AS r$3;
-- $1 = 'SYSTEM'
-- $2 = None
-- $3 = None
-- $4 = None
-- $5 = 'March'
-- $6 = 'CHF'
-- $7 = UUID('00000006-0000-7000-8000-000000000001')
