"""What is due of a webhook is found by looking at little, whatever PostgreSQL believes to be waiting."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from armature.core.db import Database
from armature.migrations.workspace.create import create_workspace
from armature.webhooks.ledger import _take_statement, take

WEBHOOK = """
INSERT INTO armature.webhooks (workspace_id, url, events, changed_fields, debounce, headers, secret, secret_headers,
  role, ordering, concurrency, is_enabled)
VALUES ($1, 'http://receiver.example', '[]', '{}', 0, '{}', '', '', 'admin', 'PER_RECORD', 8, true) RETURNING id
"""
WAITING = """
INSERT INTO armature.deliveries (webhook_id, type, subject, position, at, payload, state)
SELECT $1, 'test', md5((number % $2)::text)::uuid, number, now(), '', 'WAITING'
FROM generate_series(1, $3::int) number
"""


async def webhook(db: Database, records: int, count: int) -> UUID:
    """One with so many deliveries of so many records, of which PostgreSQL has not heard yet."""
    snapshot = await create_workspace(db, "Acme", owner=None)
    async with db.connection() as connection:
        found: UUID = await connection.fetchval(WEBHOOK, snapshot.workspace_id)
        await connection.execute("ANALYZE armature.deliveries")
        await connection.execute(WAITING, found, records, count)
        return found


def looked_at(plan: Any) -> Iterator[int]:
    removed = sum(count for name, count in plan.items() if name.startswith("Rows Removed"))
    yield (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    for each in plan.get("Plans", ()):
        yield from looked_at(each)


@pytest.mark.parametrize("is_ordered", [True, False])
async def test_of_many_one_is_found_without_looking_at_the_others(db: Database, is_ordered: bool) -> None:
    id_ = await webhook(db, 2_000, 2_000)
    statement = _take_statement(is_ordered)
    arguments = statement.arguments({"webhook": id_, "under_way": [], "most": 1})
    async with db.connection() as connection:
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}"
        (plan,) = json.loads(await connection.fetchval(explain, *arguments))
    assert sum(looked_at(plan["Plan"])) < 100


async def test_of_each_record_the_first_is_taken(db: Database) -> None:
    id_ = await webhook(db, 3, 9)
    async with db.connection() as connection:
        taken = await take(connection, id_, [], 5, is_ordered=True)
        assert [each.position for each in taken] == [1, 2, 3]
        first = taken[0].id
        taken = await take(connection, id_, [first], 5, is_ordered=True)
        assert [each.position for each in taken] == [2, 3]
        await connection.execute("UPDATE armature.deliveries SET state = 'DELIVERED' WHERE id = $1", first)
        taken = await take(connection, id_, [], 5, is_ordered=True)
        assert [each.position for each in taken] == [2, 3, 4]


LARGE = """
UPDATE armature.deliveries SET payload = (
  SELECT string_agg(uuid_send(gen_random_uuid()), ''::bytea) FROM generate_series(1, 40000)
)
"""


async def test_what_is_large_is_taken_a_little_at_a_time(db: Database) -> None:
    id_ = await webhook(db, 4, 4)
    async with db.connection() as connection:
        await connection.execute(LARGE)  # 640,000 bytes each, which can't be compressed
        taken = await take(connection, id_, [], 100, is_ordered=True)
        assert [each.position for each in taken] == [1, 2]
        await connection.execute("UPDATE armature.deliveries SET payload = payload || payload")
        taken = await take(connection, id_, [], 100, is_ordered=True)
        assert [each.position for each in taken] == [1]
