SELECT row_to_json(r$2) AS j 
FROM (SELECT t1.name AS "name" 
FROM $workspace.companies AS t1 
WHERE t1.deleted_at IS NULL AND t1.domain_name = $1::VARCHAR) AS r$2;
-- $1 = 'teapot.example'
