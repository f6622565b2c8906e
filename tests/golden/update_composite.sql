WITH w AS 
(UPDATE $workspace.gadgets SET updated_at=now(), maker_last_name=$1::VARCHAR, price_currency_code=$2::VARCHAR WHERE $workspace.gadgets.deleted_at IS NULL AND $workspace.gadgets.id = $3::UUID RETURNING $workspace.gadgets.id, $workspace.gadgets.created_at, $workspace.gadgets.updated_at, $workspace.gadgets.deleted_at, $workspace.gadgets.email, $workspace.gadgets.phone, $workspace.gadgets.stars, $workspace.gadgets.colors, $workspace.gadgets.tags, $workspace.gadgets.number, $workspace.gadgets.maker_first_name, $workspace.gadgets.maker_last_name, $workspace.gadgets.price_amount_micros, $workspace.gadgets.price_currency_code)
 SELECT row_to_json(r$3) AS j 
FROM (SELECT CASE WHEN (w.maker_first_name IS NOT NULL OR w.maker_last_name IS NOT NULL) THEN (SELECT r$1 
FROM (SELECT w.maker_first_name AS "firstName", w.maker_last_name AS "lastName") AS r$1) END AS "maker", (SELECT r$2 
FROM (SELECT w.price_currency_code AS "currencyCode") AS r$2) AS "price" 
FROM w) AS r$3;
-- $1 = 'March'
-- $2 = 'CHF'
-- $3 = UUID('00000006-0000-7000-8000-000000000001')
