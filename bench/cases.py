"""What is measured: each case as a GraphQL operation, and as the best SQL a person writes for the same answer.

The SQL is in row form (`json_agg(r)`, `row_to_json(r)`), joins what is to-one, and says all that the operation says:
soft-deleted records are out of sight, the order is total, big integers are strings. Tables are found by search_path.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any
from uuid import UUID

from bench.dataset import COMPANY


@dataclass(frozen=True, slots=True)
class Case:
    """`arguments` are the binds of `sql`, by the names under which the bare route receives them."""

    name: str
    title: str
    operation: str
    sql: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False


ONE_COMPANY = """
SELECT row_to_json(r) FROM (
  SELECT id, name, domain_name AS "domainName", employees, address_city AS "addressCity",
    annual_recurring_revenue_amount_micros::text AS "annualRecurringRevenueAmountMicros",
    annual_recurring_revenue_currency_code AS "annualRecurringRevenueCurrencyCode", created_at AS "createdAt"
  FROM companies WHERE id = $1 AND deleted_at IS NULL
) r
"""

PEOPLE_OF_A_CITY = """
SELECT coalesce(json_agg(r), '[]') FROM (
  SELECT id, first_name AS "firstName", last_name AS "lastName", email, phone, job_title AS "jobTitle", city,
    created_at AS "createdAt"
  FROM people WHERE city = $1 AND deleted_at IS NULL ORDER BY created_at DESC, id LIMIT 50
) r
"""

COMPANIES_WITH_PEOPLE = """
SELECT coalesce(json_agg(r), '[]') FROM (
  SELECT c.id, c.name, (
    SELECT coalesce(json_agg(p), '[]') FROM (
      SELECT p.id, p.first_name AS "firstName", p.last_name AS "lastName", p.email, p.job_title AS "jobTitle", p.city,
        k.j AS company
      FROM people p LEFT JOIN LATERAL (
        SELECT row_to_json(x) AS j FROM (
          SELECT name FROM companies WHERE id = p.company_id AND deleted_at IS NULL
        ) x
      ) k ON true
      WHERE p.company_id = c.id AND p.deleted_at IS NULL ORDER BY p.created_at, p.id LIMIT 10
    ) p
  ) AS people
  FROM companies c WHERE c.deleted_at IS NULL ORDER BY c.name, c.id LIMIT 20
) r
"""

THREE_LEVELS = """
SELECT coalesce(json_agg(r), '[]') FROM (
  SELECT c.id, c.name, (
    SELECT coalesce(json_agg(o), '[]') FROM (
      SELECT o.id, o.name, o.stage, o.amount_micros::text AS "amountMicros", p.j AS "pointOfContact"
      FROM opportunities o LEFT JOIN LATERAL (
        SELECT row_to_json(x) AS j FROM (
          SELECT p.id, p.first_name AS "firstName", p.last_name AS "lastName", (
            SELECT row_to_json(y) FROM (
              SELECT id, name FROM companies WHERE id = p.company_id AND deleted_at IS NULL
            ) y
          ) AS company
          FROM people p WHERE p.id = o.point_of_contact_id AND p.deleted_at IS NULL
        ) x
      ) p ON true
      WHERE o.company_id = c.id AND o.deleted_at IS NULL ORDER BY o.created_at, o.id LIMIT 5
    ) o
  ) AS opportunities
  FROM companies c WHERE c.deleted_at IS NULL ORDER BY c.name, c.id LIMIT 10
) r
"""

A_THOUSAND_PEOPLE = """
SELECT coalesce(json_agg(r), '[]') FROM (
  SELECT id, first_name AS "firstName", last_name AS "lastName", email, phone, job_title AS "jobTitle", city,
    company_id AS "companyId", created_at AS "createdAt", updated_at AS "updatedAt"
  FROM people WHERE deleted_at IS NULL ORDER BY created_at, id LIMIT 1000
) r
"""

ALL_COMPANIES_SUMMED = """
SELECT row_to_json(r) FROM (
  SELECT count, (SELECT row_to_json(s) FROM (
    SELECT employees::text, micros::text AS "annualRecurringRevenueAmountMicros"
  ) s) AS sum
  FROM (
    SELECT count(*), sum(employees) AS employees, sum(annual_recurring_revenue_amount_micros) AS micros
    FROM companies WHERE deleted_at IS NULL
  ) found
) r
"""

COMPANIES_BY_CITY = """
SELECT coalesce(json_agg(r), '[]') FROM (
  SELECT (SELECT row_to_json(k) FROM (SELECT city AS "addressCity") k) AS key, count,
    (SELECT row_to_json(s) FROM (SELECT employees::text) s) AS sum
  FROM (
    SELECT address_city AS city, count(*), sum(employees) AS employees
    FROM companies WHERE deleted_at IS NULL GROUP BY address_city ORDER BY address_city
  ) found
) r
"""

FIRST_PAGE = """
SELECT coalesce(json_agg(r), '[]') FROM (
  SELECT row_to_json(n) AS node FROM (
    SELECT id, last_name AS "lastName" FROM people WHERE deleted_at IS NULL ORDER BY created_at, id LIMIT 50
  ) n
) r
"""

DEEP_PAGE = """
SELECT coalesce(json_agg(r), '[]') FROM (
  SELECT row_to_json(n) AS node FROM (
    SELECT id, last_name AS "lastName" FROM people
    WHERE (created_at, id) > ((SELECT created_at FROM people WHERE id = $1), $1) AND deleted_at IS NULL
    ORDER BY created_at, id LIMIT 50
  ) n
) r
"""

NEW_PERSON = """
WITH r AS (
  INSERT INTO people (first_name, last_name, email, job_title, city, company_id) VALUES ($1, $2, $3, $4, $5, $6)
  RETURNING id, first_name AS "firstName", last_name AS "lastName", email, created_at AS "createdAt"
)
SELECT row_to_json(r) FROM r
"""

PERSON = {
    "firstName": "Bench",
    "lastName": "Mark",
    "email": "bench@example.com",
    "jobTitle": "CTO",
    "city": "Bench",
    "companyId": COMPANY,
}

CASES = (
    Case(
        "Q1",
        "a company by id, 8 scalars",
        "query ($id: ID!) { company(id: $id) { id name domainName employees addressCity "
        "annualRecurringRevenueAmountMicros annualRecurringRevenueCurrencyCode createdAt } }",
        ONE_COMPANY,
        variables={"id": COMPANY},
        arguments={"id": COMPANY},
    ),
    Case(
        "Q2",
        "50 people, filtered and ordered",
        "query ($city: String!) { people(filter: {city: {eq: $city}}, orderBy: [{createdAt: DESC}], limit: 50) "
        "{ id firstName lastName email phone jobTitle city createdAt } }",
        PEOPLE_OF_A_CITY,
        variables={"city": "Paris"},
        arguments={"city": "Paris"},
    ),
    Case(
        "Q3",
        "20 companies x 10 people x company",
        "{ companies(orderBy: [{name: ASC}], limit: 20) { id name people(orderBy: [{createdAt: ASC}], limit: 10) "
        "{ id firstName lastName email jobTitle city company { name } } } }",
        COMPANIES_WITH_PEOPLE,
    ),
    Case(
        "Q4",
        "10 companies x 5 opportunities x contact x company",
        "{ companies(orderBy: [{name: ASC}], limit: 10) { id name opportunities(orderBy: [{createdAt: ASC}], limit: 5) "
        "{ id name stage amountMicros pointOfContact { id firstName lastName company { id name } } } } }",
        THREE_LEVELS,
    ),
    Case(
        "Q5",
        "1,000 people, 10 scalars",
        "{ people(orderBy: [{createdAt: ASC}], limit: 1000) "
        "{ id firstName lastName email phone jobTitle city companyId createdAt updatedAt } }",
        A_THOUSAND_PEOPLE,
    ),
    Case(
        "Q6",
        "10,000 companies counted, two sums",
        "{ companiesAggregate { count sum { employees annualRecurringRevenueAmountMicros } } }",
        ALL_COMPANIES_SUMMED,
    ),
    Case(
        "M1",
        "create a person of a company",
        "mutation ($data: PersonCreateInput!) { createPerson(data: $data) { id firstName lastName email createdAt } }",
        NEW_PERSON,
        variables={"data": PERSON},
        arguments=PERSON,
        writes=True,
    ),
)

BEFORE_DEEP = str(UUID(bytes=md5(b"person:90000", usedforsecurity=False).digest()))
"""The id of the person after whom the deep page begins."""

CURSOR = (
    "query ($id: ID!) { peopleConnection(filter: {id: {eq: $id}}, orderBy: [{createdAt: ASC}]) "
    "{ pageInfo { endCursor } } }"
)
"""Of one person, in the order of the pages."""

ALONE = (
    Case(
        "Q7",
        "10,000 companies in 20 groups, counted and summed",
        "{ companiesGroupBy(by: [{field: ADDRESS_CITY}], orderBy: [{key: {addressCity: ASC}}]) "
        "{ key { addressCity } count sum { employees } } }",
        COMPANIES_BY_CITY,
    ),
    Case(
        "P1",
        "the first 50 of 100,000 people, by cursor",
        "{ peopleConnection(first: 50, orderBy: [{createdAt: ASC}]) { edges { node { id lastName } } } }",
        FIRST_PAGE,
    ),
    Case(
        "P2",
        "50 people after the 90,000th, by cursor",
        "query ($after: String) { peopleConnection(first: 50, after: $after, orderBy: [{createdAt: ASC}]) "
        "{ edges { node { id lastName } } } }",
        DEEP_PAGE,
        arguments={"id": BEFORE_DEEP},
    ),
)
"""Not asked of others."""
