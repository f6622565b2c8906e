"""The data set: 10,000 companies, 100,000 people, 50,000 opportunities, 50,000 notes; the same rows each time."""

from uuid import UUID

import asyncpg

COMPANY = "f0a58e5e-ad34-2461-45a3-6fb4aaa39463"
"""The id of the company that single reads ask for: md5('company:5000'), as the rows below are numbered."""

ROWS = {"companies": 10_000, "people": 100_000, "opportunities": 50_000, "notes": 50_000}

COMPANIES = """
INSERT INTO companies (id, name, domain_name, employees, address_city, annual_recurring_revenue_amount_micros,
  annual_recurring_revenue_currency_code, created_at, updated_at)
SELECT md5('company:' || i)::uuid,
  (array['Acme','Globex','Initech','Umbrella','Stark','Wayne','Hooli','Vandelay','Soylent','Cyberdyne'])[1 + i % 10]
    || ' ' || lpad(i::text, 5, '0'),
  'company' || i || '.example.com',
  1 + (i * 7919) % 5000,
  (array['Paris','London','Berlin','Madrid','Rome','Oslo','Wien','Praha','Lisboa','Dublin','Tokyo','Osaka','Seoul',
    'Sydney','Austin','Boston','Denver','Miami','Toronto','Lima'])[1 + i % 20],
  ((i * 104729) % 10000000)::bigint * 1000000,
  (array['USD','EUR','GBP'])[1 + i % 3],
  timestamptz '2024-01-01 00:00:00+00' + i * interval '61 seconds',
  timestamptz '2024-06-01 00:00:00+00' + i * interval '61 seconds'
FROM generate_series(1, $1::int) i
"""

PEOPLE = """
INSERT INTO people (id, first_name, last_name, email, phone, job_title, city, company_id, created_at, updated_at)
SELECT md5('person:' || i)::uuid,
  (array['Ada','Alan','Grace','Linus','Barbara','Donald','Edsger','Margaret','Ken','Dennis','Bjarne','Guido'])
    [1 + i % 12],
  (array['Lovelace','Turing','Hopper','Torvalds','Liskov','Knuth','Dijkstra','Hamilton','Thompson','Ritchie','Smith',
    'Jones','Martin'])[1 + i % 13] || i,
  'person' || i || '@example.com',
  '+33' || lpad(((i::bigint * 48271) % 1000000000)::text, 9, '0'),
  (array['CEO','CTO','Engineer','Designer','Sales','Support','Analyst'])[1 + i % 7],
  (array['Paris','London','Berlin','Madrid','Rome','Oslo','Wien','Praha','Lisboa','Dublin','Tokyo','Osaka','Seoul',
    'Sydney','Austin','Boston','Denver','Miami','Toronto','Lima'])[1 + (i / 3) % 20],
  md5('company:' || 1 + i % 10000)::uuid,
  timestamptz '2024-01-01 00:00:00+00' + i * interval '37 seconds',
  timestamptz '2024-06-01 00:00:00+00' + i * interval '37 seconds'
FROM generate_series(1, $1::int) i
"""

OPPORTUNITIES = """
INSERT INTO opportunities (id, name, stage, amount_micros, amount_currency_code, close_date, company_id,
  point_of_contact_id, created_at, updated_at)
SELECT md5('opportunity:' || i)::uuid,
  'Deal ' || lpad(i::text, 6, '0'),
  (array['NEW','SCREENING','MEETING','PROPOSAL','CUSTOMER'])[1 + i % 5],
  ((i::bigint * 15485863) % 100000)::bigint * 1000000,
  (array['USD','EUR','GBP'])[1 + i % 3],
  timestamptz '2025-01-01 00:00:00+00' + (i % 365) * interval '1 day',
  md5('company:' || 1 + i % 10000)::uuid,
  md5('person:' || 1 + (i::bigint * 7) % 100000)::uuid,
  timestamptz '2024-01-01 00:00:00+00' + i * interval '47 seconds',
  timestamptz '2024-06-01 00:00:00+00' + i * interval '47 seconds'
FROM generate_series(1, $1::int) i
"""

NOTES = """
INSERT INTO notes (id, title, body, person_id, created_at, updated_at)
SELECT md5('note:' || i)::uuid,
  'Note ' || i,
  repeat('Lorem ipsum dolor sit amet. ', 1 + i % 8),
  md5('person:' || 1 + (i::bigint * 3) % 100000)::uuid,
  timestamptz '2024-01-01 00:00:00+00' + i * interval '53 seconds',
  timestamptz '2024-06-01 00:00:00+00' + i * interval '53 seconds'
FROM generate_series(1, $1::int) i
"""

INDEXES = """
CREATE INDEX ON companies (created_at);
CREATE INDEX ON companies (name);
CREATE INDEX ON people (created_at);
CREATE INDEX ON people (city, created_at DESC);
CREATE INDEX ON opportunities (created_at);
"""


async def fill(url: str, schema: str) -> None:
    """Put the rows into the tables of a workspace with the CRM pack, and tell PostgreSQL's planner of them."""
    connection = await asyncpg.connect(url, server_settings={"search_path": schema})
    try:
        for table, insert in zip(ROWS, (COMPANIES, PEOPLE, OPPORTUNITIES, NOTES), strict=True):
            await connection.execute(insert, ROWS[table])
        await connection.execute(INDEXES)
        for table in ROWS:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
        await connection.execute("CHECKPOINT")
        assert await connection.fetchval("SELECT true FROM companies WHERE id = $1", UUID(COMPANY))
    finally:
        await connection.close()
