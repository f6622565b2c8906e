SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT (SELECT row_to_json(r$3) AS j 
FROM (SELECT g2.k2 AS "closeDate", g2.k0 AS "year", g2.k1 AS "closeDatePart") AS r$3) AS "key", g2.a0 AS "count" 
FROM (SELECT date_trunc('year', t1.close_date, $1::VARCHAR) AS k0, CAST(date_part('month', timezone($2::VARCHAR, t1.close_date)) AS INTEGER) AS k1, t1.close_date AS k2, count(*) AS a0 
FROM $workspace.opportunities AS t1 
WHERE t1.deleted_at IS NULL GROUP BY date_trunc('year', t1.close_date, $1::VARCHAR), CAST(date_part('month', timezone($2::VARCHAR, t1.close_date)) AS INTEGER), t1.close_date ORDER BY date_trunc('year', t1.close_date, $1::VARCHAR) DESC NULLS LAST, CAST(date_part('month', timezone($2::VARCHAR, t1.close_date)) AS INTEGER) DESC NULLS LAST, t1.close_date DESC NULLS LAST 
 LIMIT 60) AS g2) AS r$4;
-- $1 = 'UTC'
-- $2 = 'UTC'
