"""What is asked of the ledger of deliveries, in files to be read (`--update` writes them): no statement looks at all of
it when there is much in it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from armature.core.db import Connection, Database, execute, open_database
from armature.core.notices import Listener
from armature.core.sealing import Sealing, secret_keys
from armature.events.names import qualified
from armature.events.numbering import Event
from armature.metadata.packs.crm import CRM
from armature.metadata.store import load_snapshot
from armature.metadata.webhook_tables import deliveries
from armature.schema_builder.tables import SCHEMA
from armature.webhooks import endpoints, ledger, log, outcomes, standing, switching
from armature.webhooks.delivery import Delivery
from armature.webhooks.ledger import Sent
from armature.webhooks.log import Wanted
from armature.webhooks.patterns import Pattern
from armature.webhooks.secrets import sealed_headers
from armature.webhooks.sending import Message, Outcome
from armature.webhooks.store import add_webhook, find_webhook
from armature.webhooks.target import target_of
from armature.workers import upkeep
from armature.workers.webhooks import Webhooks
from tests.migrations.living import Living, living
from tests.support.control_plane import SECRET_KEY, settings
from tests.support.explain import nodes_of
from tests.support.golden import FOLDER, recorded
from tests.support.servers import Databases

WEBHOOKS, DELIVERED, WAITING, EVENTS = 20, 500, 30, 5_000
"""Each webhook has so many deliveries of the past, and so many that wait."""

LARGE = {"deliveries", "delivery_attempts", "_events"}
HOLDER = UUID("00000000-0000-7000-8000-000000000001")
SEALING = Sealing(secret_keys(SECRET_KEY))

FILL = """
INSERT INTO armature.deliveries (webhook_id, type, object_id, action, subject, position, at, after, state, finished_at)
SELECT id, 'company.created', $1::uuid, 'CREATED', uuidv7(), number, now(), '{"name": "Acme"}', state,
  CASE state WHEN 'DELIVERED' THEN now() - number * interval '2 hours' END
FROM armature.webhooks, (
    SELECT number, CASE WHEN number <= $2::int THEN 'DELIVERED' ELSE 'WAITING' END AS state
    FROM generate_series(1, $2::int + $3::int) AS number
) AS filling
"""
ATTEMPTS = """
INSERT INTO armature.delivery_attempts (delivery_id, duration, url, request_headers)
SELECT id, 1, 'http://receiver.example', '{}' FROM armature.deliveries WHERE state = 'DELIVERED'
"""
LEAVE = """
INSERT INTO {events} (position, action, "table", record, before, after)
SELECT number, 'CREATED', 'companies', uuidv7(), NULL, '{{"name": "Acme"}}' FROM generate_series(1, $1) AS number
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """`webhook` and `delivery` are among many; `db` has one connection."""

    of: Living
    db: Database
    webhook: UUID
    delivery: Delivery

    async def on(self, act: Callable[[Connection], Awaitable[object]]) -> None:
        async with self.db.connection() as connection:
            await act(connection)


async def fill(url: str) -> UUID:
    """The workspace."""
    db = await open_database(url)
    of = await living(db, *CRM)
    company = of.object("company").id
    async with db.transaction() as connection:
        for _ in range(WEBHOOKS):
            id_ = uuid7()
            await add_webhook(connection, SEALING, of.id, id_, given(id_, company))
        await connection.execute(FILL, company, DELIVERED, WAITING)
        await connection.execute(ATTEMPTS)
        await connection.execute(LEAVE.format(events=qualified(of.schema)), EVENTS)
    async with db.connection() as connection:
        for table in ("armature.deliveries", "armature.delivery_attempts", qualified(of.schema)):
            await connection.execute(f"VACUUM ANALYZE {table}")
    await db.close()
    return of.id


def given(id_: UUID, company: UUID) -> Mapping[str, Any]:
    return {
        "url": "http://receiver.example",
        "events": [Pattern(company).keep()],
        "changed_fields": [],
        "headers": {},
        "secret_headers": sealed_headers(SEALING, id_, {}),
        "role": "admin",
        "ordering": "PER_RECORD",
        "concurrency": 8,
        "is_enabled": True,
    }


@pytest.fixture(scope="module")
def template(databases: Databases, migrated_template_url: str) -> Iterator[tuple[str, UUID]]:
    url = databases.create(template=migrated_template_url)
    yield url, asyncio.run(fill(url))
    databases.drop(url)


@pytest.fixture
async def filled(databases: Databases, template: tuple[str, UUID]) -> AsyncIterator[Filled]:
    url = databases.create(template=template[0])
    db = await open_database(url, pool_size=1)
    async with db.connection() as connection:
        webhook = await connection.fetchval("SELECT max(id::text)::uuid FROM armature.webhooks")
        delivery = (await ledger.take(connection, webhook, [], 1, is_ordered=True))[0]
    of = await loaded(db, template[1])
    yield Filled(of, db, webhook, delivery)
    await db.close()
    databases.drop(url)


async def loaded(db: Database, workspace_id: UUID) -> Living:
    async with db.connection() as connection:
        return Living(db, await load_snapshot(connection, workspace_id))


LAST = """
SELECT position, at, action, "table", record, causation_id, depth FROM {events} ORDER BY position DESC LIMIT 20
"""
EXPLAINED = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}
MESSAGE = Message("http://receiver.example", {}, {}, b"{}")
WELL, BADLY = Outcome(duration=1, error=None, status=204), Outcome(duration=1, error="It failed.", status=500)


async def redeliver_all(at: Filled) -> None:
    async with at.db.connection() as connection:
        webhook = await find_webhook(connection, at.of.id, str(at.webhook))
        await log.send_again(connection, webhook, Wanted(webhook_id=at.webhook, states=["DEAD"]))


async def match(at: Filled) -> None:
    """The last twenty events."""
    elsewhere = await open_database(at.db.url)
    matching = Webhooks(elsewhere, settings(at.db.url, ""), Listener(at.db.url)).matching
    async with elsewhere.connection() as connection:
        rows = await connection.fetch(LAST.format(events=qualified(at.of.schema)))
    async with at.db.connection() as connection:
        await matching.consume(connection, at.of.id, at.of.schema, [Event(*row) for row in reversed(rows)])
    await elsewhere.close()


ASKED: Mapping[str, Callable[[Filled], Awaitable[object]]] = {
    "claim": lambda at: endpoints.claim(at.db, HOLDER, 10),
    "seconds_to_next": lambda at: endpoints.seconds_to_next(at.db),
    "renew": lambda at: endpoints.renew(at.db, HOLDER, [at.webhook]),
    "settle": lambda at: endpoints.settle(at.db, HOLDER, at.webhook, at.delivery.at),
    "target": lambda at: at.on(lambda c: target_of(c, SEALING, at.webhook)),
    "take": lambda at: at.on(lambda c: ledger.take(c, at.webhook, [at.delivery.id], 64, is_ordered=True)),
    "take_parallel": lambda at: at.on(lambda c: ledger.take(c, at.webhook, [at.delivery.id], 64, is_ordered=False)),
    "keep_payloads": lambda at: at.on(lambda c: ledger.keep_payloads(c, {at.delivery.id: b"{}"})),
    "write_delivered": lambda at: at.on(lambda c: ledger.write_delivered(c, [Sent(at.delivery, MESSAGE, WELL)])),
    "note_failure": lambda at: outcomes.note_failure(at.db, at.delivery, MESSAGE, BADLY),
    "note_recovery": lambda at: outcomes.note_recovery(at.db, at.webhook),
    "drop_waiting": lambda at: at.on(lambda c: switching.drop_waiting(c, at.webhook)),
    "log": lambda at: at.on(lambda c: log.deliveries_of(c, Wanted(webhook_id=at.webhook), None, 20)),
    "attempts": lambda at: at.on(lambda c: log.attempts_of(c, [at.delivery.id])),
    "find": lambda at: at.on(lambda c: log.find_delivery(c, at.of.id, str(at.delivery.id))),
    "redeliver_all": redeliver_all,
    "standing": lambda at: at.on(standing.waiting_deliveries),
    "retention": lambda at: at.on(lambda c: execute(c, upkeep.forget(deliveries.c.finished_at, timedelta(days=40)))),
    "match": match,
}


@pytest.mark.parametrize("name", ASKED)
async def test_a_statement_is_what_it_was_and_looks_at_no_large_table_as_a_whole(
    filled: Filled, name: str, request: pytest.FixtureRequest
) -> None:
    async with recorded(filled.db) as found:
        await ASKED[name](filled)
    path = FOLDER / "webhooks" / f"{name}.sql"
    queries = dict.fromkeys(each.query.replace(filled.of.schema, SCHEMA).strip().rstrip(";") for each in found)
    text = "".join(f"{each};\n" for each in queries)
    if request.config.getoption("--update"):
        path.write_text(text)
    assert text == path.read_text()
    async with filled.db.connection() as connection:
        for each in found:
            if each.query.split()[0] in EXPLAINED:
                assert await looked_at(connection, each.query, each.args) == set(), each.query


async def looked_at(connection: Connection, sql: str, arguments: Sequence[Any]) -> set[str]:
    """The large tables that it looks at as a whole."""
    (plan,) = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments))
    scans = [each for each in nodes_of(plan["Plan"]) if each["Node Type"] == "Seq Scan"]
    return {each["Relation Name"] for each in scans} & LARGE
