BEGIN;

WITH w AS 
(INSERT INTO $workspace.tasks (title) VALUES ($1::VARCHAR) RETURNING $workspace.tasks.id, $workspace.tasks.created_at, $workspace.tasks.updated_at, $workspace.tasks.deleted_at, $workspace.tasks.title, $workspace.tasks.body, $workspace.tasks.status, $workspace.tasks.due_at, $workspace.tasks.assignee_id, $workspace.tasks.company_id, $workspace.tasks.opportunity_id)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.title AS "title" 
FROM w) AS r$1;
-- $1 = 'a'

UPDATE $workspace.tasks SET updated_at=now(), title=$1::VARCHAR WHERE $workspace.tasks.deleted_at IS NULL AND $workspace.tasks.title = $2::VARCHAR RETURNING $workspace.tasks.id;
-- $1 = 'b'
-- $2 = 'a'

COMMIT;
