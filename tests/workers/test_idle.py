"""A worker that has nothing to do asks as much for a thousand workspaces as for one."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest
from msgspec.structs import replace

from armature.core.db import Database, open_database
from armature.core.settings import Settings
from armature.events.names import qualified
from armature.migrations.workspace.create import create_workspace
from armature.workers import couriers, sweep, webhooks, worker
from armature.workers.worker import Worker
from tests.support.asked import listened_to
from tests.support.control_plane import SECRET_KEY

LOOKS = 20
CLOCK = "UPDATE armature.webhook_endpoints SET due_at"
"""How a look of the courier begins."""

POOL = 4

MANY = """
DO $$ DECLARE new uuid; BEGIN
FOR number IN 1..1000 LOOP
  new := uuidv7();
  INSERT INTO armature.workspaces (id, name, schema, version)
  VALUES (new, 'Idle', 'workspace_' || replace(new::text, '-', ''), 1);
  EXECUTE format('CREATE SCHEMA workspace_%s', replace(new::text, '-', ''));
  EXECUTE format('CREATE TABLE workspace_%s._events (LIKE {events} INCLUDING ALL)', replace(new::text, '-', ''));
END LOOP;
END $$
"""
HOOKS = """
WITH made AS (
    INSERT INTO armature.webhooks (workspace_id, url, events, changed_fields, headers, secret_headers, secret, role,
      ordering, is_enabled)
    SELECT id, 'http://receiver.example', '[{"model": true}]', '{}', '{}', '', '', 'admin', 'PER_RECORD', true
    FROM armature.workspaces WHERE id <> $1 RETURNING id
)
INSERT INTO armature.webhook_endpoints (webhook_id, model_version) SELECT id, 1 FROM made
"""


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done now and then is done again and again."""
    for module, name in ((couriers, "LOOK"), (sweep, "LOOK"), (webhooks, "LOOK"), (worker, "SWEEP"), (worker, "TEND")):
        monkeypatch.setattr(module, name, 0.02)


async def idling(db: Database, asked: Counter[str], settings: Settings) -> Counter[str]:
    """What it asks in so many looks, when it has found out that there is nothing."""
    async with Worker(db, settings).working():
        for looks in (3, LOOKS):
            asked.clear()
            while sum(count for sql, count in asked.items() if CLOCK in sql) < looks:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return Counter(asked)


@pytest.mark.usefixtures("hasty")
async def test_a_thousand_idle_workspaces_are_asked_no_more_than_one(settings: Settings) -> None:
    db = await open_database(settings.database_url or "", pool_size=POOL)
    one = await create_workspace(db, "Acme", owner=None)
    asked = await listened_to(db, POOL)
    given = replace(settings, secret_key=SECRET_KEY)
    alone = await idling(db, asked, given)
    async with db.connection() as connection:
        await connection.execute(MANY.format(events=qualified(one.schema)))
        await connection.execute(HOOKS, UUID(int=0))
        await connection.execute("ANALYZE")
    beside_many = await idling(db, asked, given)
    await db.close()
    assert any("pg_stat" in each for each in beside_many)
    assert one.schema not in " ".join(beside_many)
    assert "workspace_0" not in " ".join(beside_many)
    assert max(beside_many.values()) < 3 * LOOKS  # some loops may be faster than others
    assert beside_many.total() < 2 * alone.total()
