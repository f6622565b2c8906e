SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT CASE WHEN (t1.maker_first_name IS NOT NULL OR t1.maker_last_name IS NOT NULL) THEN (SELECT r$2 
FROM (SELECT t1.maker_first_name AS "first", t1.maker_last_name AS "lastName", $1::VARCHAR AS "__typename") AS r$2) END AS "maker", (SELECT r$3 
FROM (SELECT CAST(t1.price_amount_micros AS TEXT) AS "amountMicros", t1.price_currency_code AS "currencyCode") AS r$3) AS "price" 
FROM $workspace.gadgets AS t1 
WHERE t1.deleted_at IS NULL AND t1.maker_first_name LIKE $2::VARCHAR AND (t1.maker_first_name IS NULL AND t1.maker_last_name IS NULL) IS NOT true ORDER BY t1.price_amount_micros DESC, t1.id 
 LIMIT 60) AS r$4;
-- $1 = 'FullNameValue'
-- $2 = 'M%'
