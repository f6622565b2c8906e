"""Ten thousand records created by one mutation, beside a COPY of the same rows, and one of their events.

In turn, into the same tables. A COPY of the rows alone leaves no events: who does it that way tells nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from bench.client import Client
from bench.dataset import COMPANY
from bench.machine import Machine, armature
from bench.throughput import Place

CREATE = "mutation ($data: [PersonCreateInput!]!) { createPeople(data: $data) { id } }"
COUNT = 10_000
COLUMNS = ("last_name", "email", "company_id")


@dataclass(frozen=True, slots=True)
class Bulk:
    """Seconds, round by round; `events` for those of the records copied."""

    created: Sequence[float]
    copied: Sequence[float]
    events: Sequence[float]

    @property
    def ratio(self) -> float:
        rounds = zip(self.created, self.copied, self.events, strict=True)
        return median(one / (rows + events) for one, rows, events in rounds)

    @property
    def ratio_to_rows(self) -> float:
        return median(one / other for one, other in zip(self.created, self.copied, strict=True))


async def measure_bulk(on: Machine, place: Place, rounds: int) -> Bulk:
    """After one round of each that does not count."""
    taken, copied, events = [], [], []
    data = people()
    with armature(on) as server, Client(server, place.key) as client:
        for _ in range(1 + rounds):
            taken.append(created(client, data))
            copied.append(await _copied(on, place, data))
            events.append(await _events_copied(on, place))
    return Bulk(taken[1:], copied[1:], events[1:])


def people() -> Sequence[dict[str, Any]]:
    return [{"lastName": f"L{at}", "email": f"l{at}@example.com", "companyId": COMPANY} for at in range(COUNT)]


def created(client: Client, data: Sequence[dict[str, Any]]) -> float:
    """Seconds."""
    start = perf_counter()
    made = client.data("/graphql", CREATE, {"data": data})["createPeople"]
    taken = perf_counter() - start
    assert len(made) == COUNT
    return taken


async def _copied(on: Machine, place: Place, data: Sequence[dict[str, Any]]) -> float:
    rows = [(each["lastName"], each["email"], UUID(each["companyId"])) for each in data]
    async with on.database.connection() as connection:
        start = perf_counter()
        await connection.copy_records_to_table("people", schema_name=place.schema, columns=COLUMNS, records=rows)
        return perf_counter() - start


async def _events_copied(on: Machine, place: Place) -> float:
    """The newest events, which the mutation left, once more."""
    columns = ("action", "table", "record", "after", "actor", "request_id", "depth")
    names = ", ".join(f'"{each}"' for each in columns)
    async with on.database.connection() as connection:
        newest = f'SELECT {names} FROM "{place.schema}"._events ORDER BY seq DESC LIMIT {COUNT}'  # noqa: S608
        rows = BytesIO()
        await connection.copy_from_query(newest, output=rows, format="binary")
        rows.seek(0)
        start = perf_counter()
        await connection.copy_to_table(
            "_events", schema_name=place.schema, columns=columns, source=rows, format="binary"
        )
        return perf_counter() - start
