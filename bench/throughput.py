"""The first part: requests a second, beside a bare route that runs hand-written SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.create import create_workspace
from armature.server.auth.api_keys import create_api_key
from bench.cases import ALONE, BEFORE_DEEP, CASES, CURSOR, Case
from bench.client import Client
from bench.dataset import fill
from bench.load import Generator, find_generator
from bench.machine import Machine, Serving, armature, bare
from bench.rounds import Plan, Result, Side, check_sides, measure, sides

CONNECTIONS = (1, 32)


@dataclass(frozen=True, slots=True)
class Place:
    """The workspace with the data set."""

    schema: str
    key: str


async def prepare(on: Machine) -> Place:
    workspace = await create_workspace(on.database, "Bench", owner=None, changes=CRM)
    await fill(on.postgres.url, workspace.schema)
    key = await create_api_key(on.database, workspace.workspace_id, "bench")
    return Place(workspace.schema, key.token)


def measure_requests(on: Machine, place: Place, names: Sequence[str], plan: Plan) -> Iterator[Result]:
    """One result after the other, as they come."""
    generator = find_generator()
    with armature(on) as server, bare(on, place.schema) as limit:
        for case in (*CASES, *ALONE):
            if names and case.name not in names:
                continue
            pair = sides(_paged(case, server, place.key), server, limit, place.key)
            check_sides(case, *pair)
            yield from _results(on, generator, case, pair, plan)


def _results(on: Machine, generator: Generator, case: Case, pair: tuple[Side, Side], plan: Plan) -> Iterator[Result]:
    for connections in CONNECTIONS:
        yield measure(on, generator, case, pair, connections, plan)
    check_sides(case, *pair)


def _paged(case: Case, server: Serving, key: str) -> Case:
    """A deep page begins at a cursor, which the server gives."""
    if "$after" not in case.operation:
        return case
    with Client(server, key) as client:
        found = client.data("/graphql", CURSOR, {"id": BEFORE_DEEP})
    return replace(case, variables={"after": found["peopleConnection"]["pageInfo"]["endCursor"]})
