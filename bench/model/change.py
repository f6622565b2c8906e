"""From `createField` to an answer that contains the field, beside a bare ALTER TABLE of a table like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from armature.core.db import Connection
from bench.client import Client
from bench.model.shapes import Shape

CREATE = "mutation ($input: CreateFieldInput!) { createField(input: $input) { id name } }"
BARE = "bare"
UNMEASURED = 3
"""Rounds before those that count."""


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds."""

    alter: float
    change: float
    answer: float
    warm: float

    @property
    def whole(self) -> float:
        return self.change + self.answer


@dataclass(frozen=True, slots=True)
class Changed:
    shape: Shape
    rounds: Sequence[Round]

    @property
    def ratio(self) -> float:
        return median(each.whole / each.alter for each in self.rounds)


async def measure_changes(connection: Connection, client: Client, schema: str, shape: Shape, rounds: int) -> Changed:
    """One field after the other; PostgreSQL's own share is measured in turn on a copy of the table."""
    await connection.execute(f'CREATE SCHEMA "{BARE}"')
    await connection.execute(f'CREATE TABLE "{BARE}".copy (LIKE "{schema}"."{shape.table}" INCLUDING ALL)')
    client.data("/graphql", _query(shape, "id"))
    done = [await _round(connection, client, shape, number) for number in range(UNMEASURED + rounds)]
    await connection.execute(f'DROP SCHEMA "{BARE}" CASCADE')
    return Changed(shape, done[UNMEASURED:])


async def _round(connection: Connection, client: Client, shape: Shape, number: int) -> Round:
    name = f"bench{number:03}"
    query = _query(shape, name)
    start = perf_counter()
    await connection.execute(f'ALTER TABLE "{BARE}".copy ADD COLUMN "{name}" text')
    altered = perf_counter()
    client.data("/metadata", CREATE, {"input": {"object": shape.object, "name": name, "type": "TEXT"}})
    changed = perf_counter()
    while "errors" in client.ask("/graphql", query):
        pass
    answered = perf_counter()
    client.data("/graphql", query)
    warm = perf_counter() - answered
    return Round(altered - start, changed - altered, answered - changed, warm)


def _query(shape: Shape, field: str) -> str:
    return f"{{ {shape.plural}(limit: 10) {{ id {field} }} }}"
