"""Who writes without Valkey at hand is heard of at once, not when somebody sweeps."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from armature.core.db import Database
from armature.core.settings import Settings
from armature.metadata.packs.crm import CRM
from armature.workers import sweep as sweep_module
from armature.workers.worker import Worker
from tests.migrations.living import Living, living
from tests.support.command_line import armature
from tests.support.leaving import leave

PENDING = "SELECT FROM {}._events WHERE position IS NULL LIMIT 1"


@pytest.fixture
async def crm(db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Living]:
    """A worker lives that has swept, and won't again."""
    monkeypatch.setattr(sweep_module, "LOOK", 86_400)
    found = await living(db, *CRM)
    async with db.transaction() as connection:
        await leave(connection, found.schema, 1)
    async with Worker(db, settings).working():
        await until_numbered(found, 1)
        yield found


async def until_numbered(of: Living, count: int) -> None:
    while await of.run("SELECT count(position) FROM {}._events") < [(count,)]:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert await of.run(PENDING) == []


async def test_an_import(crm: Living, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "companies.csv"
    file.write_text("name\nAcme\nBolt\n")
    done = await asyncio.to_thread(
        armature, "import", "company", str(file), DATABASE_URL=settings.database_url or "", REDIS_URL=""
    )
    assert done.returncode == 0, done.stderr
    await until_numbered(crm, 3)


async def test_members_that_come_go_and_are_called_otherwise(crm: Living) -> None:
    ((user,),) = await crm.run("INSERT INTO armature.users (email) VALUES ('ada@example.com') RETURNING id")
    for count, done in enumerate(
        (
            "INSERT INTO armature.memberships (user_id, workspace_id, role) VALUES ($1, $2, 'member')",
            "UPDATE armature.users SET email = 'ada@lovelace.example' WHERE id = $1 AND $2::uuid IS NOT NULL",
            "DELETE FROM armature.memberships WHERE user_id = $1 AND workspace_id = $2",
        ),
        start=2,
    ):
        await crm.run(done, user, crm.id)
        await until_numbered(crm, count)
