WITH w AS 
(INSERT INTO $workspace.tasks (id) VALUES (DEFAULT) RETURNING $workspace.tasks.id, $workspace.tasks.created_at, $workspace.tasks.updated_at, $workspace.tasks.deleted_at, $workspace.tasks.title, $workspace.tasks.body, $workspace.tasks.status, $workspace.tasks.due_at, $workspace.tasks.assignee_id, $workspace.tasks.company_id, $workspace.tasks.opportunity_id)
 SELECT row_to_json(r$1) AS j 
FROM (SELECT w.title AS "title", w.status AS "status" 
FROM w) AS r$1;
