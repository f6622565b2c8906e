"""A thousand workspaces of one shape: how long each takes to make, and what each costs the server that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.create import create_workspace
from armature.server.auth.api_keys import create_api_key
from bench.client import Client
from bench.machine import Machine, Serving
from bench.model.inspected import inspected, schemas_in
from bench.usage import resident_bytes

QUERY = "{ companies(limit: 5) { id name people(limit: 5) { id lastName } } }"
FIRST = 10
"""Workspaces asked before the server's memory is looked at: what all share is there then."""


@dataclass(frozen=True, slots=True)
class Thousand:
    """Times in seconds; `bytes_each` is what the server's memory grew by, for each workspace it had not seen before."""

    creations: Sequence[float]
    first_answers: Sequence[float]
    warm_answers: Sequence[float]
    bytes_each: float
    schemas: int

    @property
    def creation(self) -> float:
        return median(self.creations)

    @property
    def slow_creation(self) -> float:
        return quantiles(self.creations, n=100)[-1]


async def measure_thousand(on: Machine, count: int) -> Thousand:
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
        return Thousand(creations, first, warm, grown / (count - FIRST), schemas_in(serving))


def _ask(serving: Serving, key: str) -> float:
    with Client(serving, key) as client:
        start = perf_counter()
        client.data("/graphql", QUERY)
        return perf_counter() - start
