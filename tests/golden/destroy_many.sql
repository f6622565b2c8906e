BEGIN;

SELECT $workspace.opportunities.id 
FROM $workspace.opportunities 
WHERE $workspace.opportunities.stage IS DISTINCT FROM $1::VARCHAR FOR UPDATE;
-- $1 = 'NEW'

SELECT coalesce(json_agg(r$4), '[]'::json) AS j 
FROM (SELECT t1.name AS "name", (SELECT coalesce(json_agg(r$3), '[]'::json) AS j 
FROM (SELECT t2.title AS "title" 
FROM $workspace.notes AS t2 
WHERE t2.deleted_at IS NULL AND t2.opportunity_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$3) AS "notes" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.opportunities AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$4;
-- $1 = [UUID('00000003-0000-7000-8000-000000000001'), UUID('00000003-0000-7000-8000-000000000003')]

DELETE FROM $workspace.opportunities WHERE $workspace.opportunities.id = ANY ($1::UUID[]);
-- $1 = [UUID('00000003-0000-7000-8000-000000000001'), UUID('00000003-0000-7000-8000-000000000003')]

COMMIT;
