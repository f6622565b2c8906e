"""What events cost those who write: the same mutations on a server as it is, and on one that leaves no events."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.bulk import COUNT, created, people
from bench.cases import CASES, PERSON
from bench.client import Client
from bench.load import find_generator
from bench.machine import Machine, Serving, armature
from bench.report import print_table
from bench.rounds import Plan, asking, in_turn, ratio
from bench.throughput import Place, prepare

WITHOUT = (sys.executable, "-m", "bench.serve_without_events", "serve")
CREATE = next(each.operation for each in CASES if each.name == "M1")
UPDATE = "mutation ($id: ID!, $data: PersonUpdateInput!) { updatePerson(id: $id, data: $data) { id city updatedAt } }"


@dataclass(frozen=True, slots=True)
class Asked:
    name: str
    operation: str
    variables: Mapping[str, Any]
    connections: int


async def measure_events(on: Machine, plan: Plan, rounds: int) -> dict[str, float]:
    """Measure and print: how much longer a write with events takes, by name."""
    place = await prepare(on)
    with armature(on) as server, armature(on, WITHOUT) as without:
        found = dict(_requests(on, place, server, without, plan))
        found[f"create {COUNT:,} at once"] = _bulk(place, server, without, rounds)
    print_table(
        ("write", "with events, over the same without"), [[name, f"{cost:.2f}"] for name, cost in found.items()]
    )
    return found


def _requests(on: Machine, place: Place, server: Serving, without: Serving, plan: Plan) -> Iterator[tuple[str, float]]:
    generator = find_generator()
    for asked in _asked(server, place):
        sides = [asking(each, asked.operation, asked.variables, place.key) for each in (without, server)]
        yield asked.name, ratio(*in_turn(on, generator, sides, asked.connections, plan))


def _asked(server: Serving, place: Place) -> Iterator[Asked]:
    """One record is updated by one connection: several would wait for each other, with events or without."""
    for connections in (1, 32):
        yield Asked(f"create, {connections} connections", CREATE, {"data": PERSON}, connections)
    with Client(server, place.key) as client:
        made = client.data("/graphql", CREATE, {"data": dict(PERSON)})["createPerson"]
    yield Asked("update, 1 connection", UPDATE, {"id": made["id"], "data": {"city": "Zürich", "jobTitle": "CEO"}}, 1)


def _bulk(place: Place, server: Serving, without: Serving, rounds: int) -> float:
    """In turn, after one round of each that does not count."""
    data = people()
    with Client(server, place.key) as ours, Client(without, place.key) as theirs:
        ratios = [created(ours, data) / created(theirs, data) for _ in range(1 + rounds)]
    return median(ratios[1:])
