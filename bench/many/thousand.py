"""A thousand workspaces of one shape: how long each takes to make, and what each costs the server that answers it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.create import create_workspace
from armature.server.auth.api_keys import create_api_key
from bench.client import Client
from bench.load import Generator
from bench.machine import Machine, Serving
from bench.many.inspected import inspected, schemas_in
from bench.rounds import Plan, Side, asking, in_turn, ratio
from bench.usage import resident_bytes

QUERY = "{ companies(limit: 5) { id name people(limit: 5) { id lastName } } }"
FIRST = 10
"""Workspaces asked before the server's memory is looked at: what all share is there then."""
CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Thousand:
    """Times in seconds; `bytes_each` is what the server's memory grew by, for each workspace it had not seen before.

    `spread` is the rate of requests to all of them over that of requests to one.
    """

    creations: Sequence[float]
    first_answers: Sequence[float]
    warm_answers: Sequence[float]
    bytes_each: float
    bytes_each_after_load: float
    spread: float
    schemas: int

    @property
    def figures(self) -> Mapping[str, float]:
        return {
            "workspaces": len(self.creations),
            "created in ms, median": median(self.creations) * 1000,
            "created in ms, p99": quantiles(self.creations, n=100)[-1] * 1000,
            "first answer of each in ms, median": median(self.first_answers) * 1000,
            "later answer of each in ms, median": median(self.warm_answers) * 1000,
            "first over later": median(self.first_answers) / median(self.warm_answers),
            "server's memory for each in KiB": self.bytes_each / 1024,
            "the same, after the load": self.bytes_each_after_load / 1024,
            "requests a second over all / to one": self.spread,
            "schemas in the server": self.schemas,
        }


async def measure_thousand(on: Machine, generator: Generator, count: int, warm_up: int, plan: Plan) -> Thousand:
    creations, keys = [], []
    for number in range(count):
        start = perf_counter()
        workspace = await create_workspace(on.database, f"Bench {number}", owner=None, changes=CRM)
        creations.append(perf_counter() - start)
        keys.append((await create_api_key(on.database, workspace.workspace_id, "bench")).token)
    with inspected(on) as serving:
        first = [_ask(serving, key) for key in keys[:FIRST]]
        before = resident_bytes(serving.pid)
        first += [_ask(serving, key) for key in keys[FIRST:]]
        grown = resident_bytes(serving.pid) - before
        warm = [_ask(serving, key) for key in keys]
        everywhere, one = _sides(serving, keys)
        generator(everywhere.request, CONNECTIONS, warm_up)
        spread = ratio(*in_turn(on, generator, (everywhere, one), CONNECTIONS, plan))
        later = resident_bytes(serving.pid) - before
        of, schemas = count - FIRST, schemas_in(serving)
        return Thousand(creations, first, warm, grown / of, later / of, spread, schemas)


def _sides(serving: Serving, keys: Sequence[str]) -> Iterator[Side]:
    """All of the workspaces, and one."""
    for each in (tuple(keys), ()):
        yield asking(serving, QUERY, {}, keys[0], each)


def _ask(serving: Serving, key: str) -> float:
    with Client(serving, key) as client:
        start = perf_counter()
        client.data("/graphql", QUERY)
        return perf_counter() - start
