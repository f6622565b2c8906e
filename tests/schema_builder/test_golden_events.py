"""Change events as statements, in files to be read; and what PostgreSQL does for them where there are many."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from armature.core.db import Connection
from armature.events.names import qualified
from armature.events.reading import KEPT, kept_positions
from armature.metadata.model import Snapshot
from armature.schema_builder.compile.events_read import BATCH
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.caller import SYSTEM
from armature.schema_builder.run.watched import WatchedEvents
from armature.workers.relay import relay_batch
from tests.schema_builder.conftest import add_clerk, add_crm
from tests.schema_builder.test_golden import CALLERS
from tests.support.data_api import Client, DataApi, data_api
from tests.support.explain import nodes_of
from tests.support.golden import Golden, answer_text, event_cases, recorded, statements_text

CASES = list(event_cases())
ADD = {"events": add_crm, "events/clerk": add_clerk}

HAPPENS = (
    'createCompany(data: {name: "White Rabbit", employees: 1}) {id}',
    'updateCompanies(filter: {name: {eq: "White Rabbit"}}, data: {employees: 20, addressCity: "Oxford"}) {count}',
    'updateCompanies(filter: {name: {eq: "White Rabbit"}}, data: {employees: 5}) {count}',
    'createPerson(data: {firstName: "Bill", company: {connect: {where: {domainName: "acme.com"}}}}) {id}',
    'updateCompanies(filter: {domainName: {eq: "acme.com"}}, data: {employees: 121}) {count}',
    'deleteCompanies(filter: {name: {eq: "White Rabbit"}}) {count}',
    'createGadget(data: {email: "watch@rabbit.com", maker: {firstName: "Ada"}}) {id}',
    'updateGadgets(filter: {email: {eq: "watch@rabbit.com"}}, data: {price: {amountMicros: 7}}) {count}',
)


async def told(api: DataApi, case: Golden) -> Client:
    """A workspace in which something has happened."""
    client = Client(api, await ADD[case.world](api))
    for each in HAPPENS:
        await client.data(f"mutation {{{each}}}")
    assert await relay_batch(api.db, client.snapshot.workspace_id, ()) is not None
    return client


async def watched(client: Client, case: Golden) -> WatchedEvents:
    caller = CALLERS.get(case.world.rpartition("/")[2], SYSTEM)
    found = await client.api.engine.watched(Operation(case.query, case.variables), client.snapshot.workspace_id, caller)
    assert isinstance(found, WatchedEvents)
    return found


@pytest.fixture
async def alone(data_url: str) -> AsyncIterator[DataApi]:
    async with data_api(data_url, pool_size=1) as api:
        yield api


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_golden(case: Golden, alone: DataApi, request: pytest.FixtureRequest) -> None:
    client = await told(alone, case)
    asked = await watched(client, case)
    async with recorded(alone.db) as found:
        batch = await alone.engine.events(asked, 0)

    sql = statements_text(found, client.snapshot.schema)
    answered = answer_text([[at, event and msgspec.json.decode(event)] for at, event in batch])
    if request.config.getoption("--update", default=False):
        case.path("sql").write_text(sql)
        case.path("json").write_text(answered)
    assert sql == case.path("sql").read_text()
    assert answered == case.path("json").read_text()


# Where there are many

MANY = 30_000

FILL = """
INSERT INTO {events} (position, action, "table", record, before, after)
SELECT {many} - n + 1, 'UPDATED', CASE n % 3 WHEN 0 THEN 'companies' ELSE 'people' END, gen_random_uuid(),
  jsonb_build_object('id', gen_random_uuid(), 'name', repeat('x', 200), 'employees', n),
  jsonb_build_object('id', gen_random_uuid(), 'name', repeat('x', 200), 'employees', n + 1)
FROM generate_series(1, {many}) n
"""


async def _filled(url: str) -> Snapshot:
    async with data_api(url) as api:
        snapshot = await add_clerk(api)
        events = qualified(snapshot.schema)
        async with api.db.connection() as connection:
            await connection.execute(FILL.format(events=events, many=MANY))
            await connection.execute(f"VACUUM ANALYZE {events}")
        return snapshot


@pytest.fixture(scope="module")
def filled(data_url: str) -> Snapshot:
    return asyncio.run(_filled(data_url))


@pytest.mark.parametrize("case", [each for each in CASES if each.name != "events/composites"], ids=str)
@pytest.mark.parametrize("after", [0, MANY // 2, MANY - 10])
async def test_what_came_after_a_position_is_found_by_it(
    case: Golden, after: int, api: DataApi, filled: Snapshot
) -> None:
    asked = await watched(Client(api, filled), case)
    async with api.db.connection() as connection:
        plan = await explained(connection, asked.sql, *asked.arguments(after))

    (events,) = [each for each in nodes_of(plan) if each.get("Relation Name") == "_events"]
    assert events["Index Name"] == "_events__position__key"
    assert events["Actual Rows"] + events.get("Rows Removed by Filter", 0) <= 3 * BATCH
    assert not [each for each in nodes_of(plan) if each.get("Sort Key") == ["b.position"]]


async def test_where_somebody_may_begin_is_found_at_both_ends(api: DataApi, filled: Snapshot) -> None:
    async with api.db.connection() as connection:
        assert await kept_positions(connection, filled.schema) == (1, MANY)
        plan = await explained(connection, KEPT.format(events=qualified(filled.schema)))

    events = [each for each in nodes_of(plan) if each.get("Relation Name") == "_events"]
    assert [each["Index Name"] for each in events] == ["_events__position__key"] * 2
    assert [each["Actual Rows"] for each in events] == [1, 1]


async def explained(connection: Connection, sql: str, *values: Any) -> dict[str, Any]:
    found = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values)
    plan: dict[str, Any] = msgspec.json.decode(found)[0]["Plan"]
    return plan
