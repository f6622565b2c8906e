BEGIN;

SELECT $workspace.companies.id 
FROM $workspace.companies 
WHERE $workspace.companies.id = ANY ($1::UUID[]) AND $workspace.companies.deleted_at IS NULL ORDER BY $workspace.companies.id FOR UPDATE;
-- $1 = [UUID('00000001-0000-7000-8000-000000000003'), UUID('00000001-0000-7000-8000-000000000002')]

WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), deleted_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID WHERE $workspace.companies.id = ANY ($10::UUID[]) RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.companies.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'DELETED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'companies'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = [UUID('00000001-0000-7000-8000-000000000002')]

WITH w AS 
(UPDATE $workspace.companies SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, name=CASE WHEN ($workspace.companies.name != '') THEN $workspace.companies.name ELSE coalesce((SELECT t1.name 
FROM unnest($10::UUID[]) WITH ORDINALITY AS anon_6(id, n) JOIN $workspace.companies AS t1 ON t1.id = anon_6.id 
WHERE t1.name != '' ORDER BY anon_6.n 
 LIMIT 1), $workspace.companies.name) END, domain_name=CASE WHEN ($workspace.companies.domain_name != '') THEN $workspace.companies.domain_name ELSE coalesce((SELECT t2.domain_name 
FROM unnest($10::UUID[]) WITH ORDINALITY AS anon_7(id, n) JOIN $workspace.companies AS t2 ON t2.id = anon_7.id 
WHERE t2.domain_name != '' ORDER BY anon_7.n 
 LIMIT 1), $workspace.companies.domain_name) END, employees=CASE WHEN ($workspace.companies.employees IS NOT NULL) THEN $workspace.companies.employees ELSE coalesce((SELECT t3.employees 
FROM unnest($10::UUID[]) WITH ORDINALITY AS anon_8(id, n) JOIN $workspace.companies AS t3 ON t3.id = anon_8.id 
WHERE t3.employees IS NOT NULL ORDER BY anon_8.n 
 LIMIT 1), $workspace.companies.employees) END, address_city=CASE WHEN ($workspace.companies.address_city != '') THEN $workspace.companies.address_city ELSE coalesce((SELECT t4.address_city 
FROM unnest($10::UUID[]) WITH ORDINALITY AS anon_9(id, n) JOIN $workspace.companies AS t4 ON t4.id = anon_9.id 
WHERE t4.address_city != '' ORDER BY anon_9.n 
 LIMIT 1), $workspace.companies.address_city) END, annual_recurring_revenue_amount_micros=CASE WHEN ($workspace.companies.annual_recurring_revenue_amount_micros IS NOT NULL) THEN $workspace.companies.annual_recurring_revenue_amount_micros ELSE coalesce((SELECT t5.annual_recurring_revenue_amount_micros 
FROM unnest($10::UUID[]) WITH ORDINALITY AS anon_10(id, n) JOIN $workspace.companies AS t5 ON t5.id = anon_10.id 
WHERE t5.annual_recurring_revenue_amount_micros IS NOT NULL ORDER BY anon_10.n 
 LIMIT 1), $workspace.companies.annual_recurring_revenue_amount_micros) END, annual_recurring_revenue_currency_code=CASE WHEN ($workspace.companies.annual_recurring_revenue_currency_code IS NOT NULL) THEN $workspace.companies.annual_recurring_revenue_currency_code ELSE coalesce((SELECT t6.annual_recurring_revenue_currency_code 
FROM unnest($10::UUID[]) WITH ORDINALITY AS anon_11(id, n) JOIN $workspace.companies AS t6 ON t6.id = anon_11.id 
WHERE t6.annual_recurring_revenue_currency_code IS NOT NULL ORDER BY anon_11.n 
 LIMIT 1), $workspace.companies.annual_recurring_revenue_currency_code) END, is_ideal_customer=CASE WHEN ($workspace.companies.is_ideal_customer IS NOT NULL) THEN $workspace.companies.is_ideal_customer ELSE coalesce((SELECT t7.is_ideal_customer 
FROM unnest($10::UUID[]) WITH ORDINALITY AS anon_12(id, n) JOIN $workspace.companies AS t7 ON t7.id = anon_12.id 
WHERE t7.is_ideal_customer IS NOT NULL ORDER BY anon_12.n 
 LIMIT 1), $workspace.companies.is_ideal_customer) END, profile=CASE WHEN ($workspace.companies.profile IS NOT NULL) THEN $workspace.companies.profile ELSE coalesce((SELECT t8.profile 
FROM unnest($10::UUID[]) WITH ORDINALITY AS anon_13(id, n) JOIN $workspace.companies AS t8 ON t8.id = anon_13.id 
WHERE t8.profile IS NOT NULL ORDER BY anon_13.n 
 LIMIT 1), $workspace.companies.profile) END WHERE $workspace.companies.id = $11::UUID RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.companies.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'companies'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = [UUID('00000001-0000-7000-8000-000000000002')]
-- $11 = UUID('00000001-0000-7000-8000-000000000003')

WITH w AS 
(UPDATE $workspace.people SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, company_id=$10::UUID WHERE $workspace.people.company_id = ANY ($11::UUID[]) AND $workspace.people.id != ALL ($12::UUID[]) RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.people.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'people'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = UUID('00000001-0000-7000-8000-000000000003')
-- $11 = [UUID('00000001-0000-7000-8000-000000000002')]
-- $12 = [UUID('00000001-0000-7000-8000-000000000003'), UUID('00000001-0000-7000-8000-000000000002')]

WITH w AS 
(UPDATE $workspace.opportunities SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, company_id=$10::UUID WHERE $workspace.opportunities.company_id = ANY ($11::UUID[]) AND $workspace.opportunities.id != ALL ($12::UUID[]) RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.opportunities.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'opportunities'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = UUID('00000001-0000-7000-8000-000000000003')
-- $11 = [UUID('00000001-0000-7000-8000-000000000002')]
-- $12 = [UUID('00000001-0000-7000-8000-000000000003'), UUID('00000001-0000-7000-8000-000000000002')]

WITH w AS 
(UPDATE $workspace.notes SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, company_id=$10::UUID WHERE $workspace.notes.company_id = ANY ($11::UUID[]) AND $workspace.notes.id != ALL ($12::UUID[]) RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.notes.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'notes'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = UUID('00000001-0000-7000-8000-000000000003')
-- $11 = [UUID('00000001-0000-7000-8000-000000000002')]
-- $12 = [UUID('00000001-0000-7000-8000-000000000003'), UUID('00000001-0000-7000-8000-000000000002')]

WITH w AS 
(UPDATE $workspace.tasks SET updated_at=now(), updated_by_source=$6::VARCHAR, updated_by_name=$7::VARCHAR, updated_by_user_id=$8::UUID, updated_by_api_key_id=$9::UUID, company_id=$10::UUID WHERE $workspace.tasks.company_id = ANY ($11::UUID[]) AND $workspace.tasks.id != ALL ($12::UUID[]) RETURNING WITH (OLD AS __old, NEW AS __new) row_to_json(__old) AS __before, row_to_json(__new) AS __after, $workspace.tasks.id), 
e AS 
(INSERT INTO $workspace._events (action, "table", record, before, after, actor, request_id, causation_id, depth) SELECT 'UPDATED', $1::VARCHAR AS anon_1, w.id AS id, w.__before AS __before, w.__after AS __after, $2::JSONB AS anon_2, $3::VARCHAR AS anon_3, $4::UUID AS anon_4, $5::SMALLINT AS anon_5 
FROM w)
 SELECT w.id 
FROM w 
WHERE false;
-- $1 = 'tasks'
-- $2 = {'source': 'SYSTEM', 'name': None, 'userId': None, 'apiKeyId': None}
-- $3 = None
-- $4 = None
-- $5 = 0
-- $6 = 'SYSTEM'
-- $7 = None
-- $8 = None
-- $9 = None
-- $10 = UUID('00000001-0000-7000-8000-000000000003')
-- $11 = [UUID('00000001-0000-7000-8000-000000000002')]
-- $12 = [UUID('00000001-0000-7000-8000-000000000003'), UUID('00000001-0000-7000-8000-000000000002')]

SELECT row_to_json(r$4) AS j 
FROM (SELECT t1.name AS "name", t1.domain_name AS "domainName", (SELECT coalesce(json_agg(r$3), '[]'::json) AS j 
FROM (SELECT t2.first_name AS "firstName" 
FROM $workspace.people AS t2 
WHERE t2.deleted_at IS NULL AND t2.company_id = t1.id ORDER BY t2.id 
 LIMIT 60) AS r$3) AS "people" 
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(id, n) JOIN $workspace.companies AS t1 ON t1.id = anon_1.id ORDER BY anon_1.n) AS r$4;
-- $1 = [UUID('00000001-0000-7000-8000-000000000003')]

COMMIT;
