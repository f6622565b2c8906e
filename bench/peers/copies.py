"""The data set once more for each peer: plain tables in a database of its own, with the indexes that ours have."""

from urllib.parse import urlsplit

import asyncpg

from bench.dataset import fill

TABLES = """
CREATE TABLE companies (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  name text,
  domain_name text,
  employees integer,
  address_city text,
  annual_recurring_revenue_amount_micros bigint,
  annual_recurring_revenue_currency_code text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE people (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  first_name text,
  last_name text,
  email text,
  phone text,
  job_title text,
  city text,
  company_id uuid REFERENCES companies,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE opportunities (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  name text,
  stage text,
  amount_micros bigint,
  amount_currency_code text,
  close_date timestamptz,
  company_id uuid REFERENCES companies,
  point_of_contact_id uuid REFERENCES people,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE notes (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  title text,
  body text,
  person_id uuid REFERENCES people,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON people (company_id);
CREATE INDEX ON opportunities (company_id);
CREATE INDEX ON opportunities (point_of_contact_id);
CREATE INDEX ON notes (person_id);
"""

FIRST = "first_copy"


async def make_copies(url: str, *names: str) -> list[str]:
    """Databases of these names beside that of `url`, each with the data set; their URLs."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE DATABASE {FIRST}")
        await _fill_first(_beside(url, FIRST))
        for name in names:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {FIRST}')
        await connection.execute(f"DROP DATABASE {FIRST}")
    finally:
        await connection.close()
    return [_beside(url, name) for name in names]


async def _fill_first(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(TABLES)
    finally:
        await connection.close()
    await fill(url, "public")


def _beside(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
