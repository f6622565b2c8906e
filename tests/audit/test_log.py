"""The audit log in PostgreSQL: complete, without secrets, in chains that show every tampering."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from armature.audit.chain import Broken, broken_chains
from armature.audit.log import Wanted, newest, oldest, purge, seal
from armature.core.acting import ACTING, Acting
from armature.core.db import Database, open_database
from armature.metadata.model import Snapshot
from armature.migrations.workspace.change import change_workspace
from armature.migrations.workspace.create import create_workspace
from armature.migrations.workspace.doctor import diagnose
from armature.server.auth.api_keys import create_api_key, revoke_api_key
from tests.metadata.models import add_object

FOR_EVER_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    db = await open_database(migrated_database_url)
    yield db
    await db.close()


@pytest.fixture
async def workspace(db: Database) -> Snapshot:
    return await create_workspace(db, "Acme", owner=None)


async def actions(db: Database, workspace: UUID | None) -> list[str]:
    return [each["action"] async for each in oldest(db, Wanted(workspace))]


async def tamper(db: Database, statement: str, *arguments: Any) -> None:
    """As somebody who has the database's password."""
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = 'replica'")
        assert await connection.execute(statement, *arguments) != "UPDATE 0"


async def test_each_change_of_the_catalog_is_an_entry(db: Database, workspace: Snapshot) -> None:
    key = await create_api_key(db, workspace.workspace_id, "reports")
    await revoke_api_key(db, workspace.workspace_id, str(key.id))
    await change_workspace(db, workspace.workspace_id, [add_object("ticket")])

    assert await actions(db, workspace.workspace_id) == [
        "workspace.created",
        "model.created",
        "apiKey.created",
        "apiKey.updated",
        "model.created",
    ]
    (revoked,) = await newest(db, Wanted(workspace.workspace_id, action="apiKey.updated"), before=None, limit=10)
    assert revoked["subject"] == str(key.id)
    assert revoked["before"]["revoked_at"] is None
    assert revoked["after"]["revoked_at"] is not None
    assert revoked["after"]["name"] == "reports"


async def test_no_secret_is_in_it(db: Database, workspace: Snapshot) -> None:
    key = await create_api_key(db, workspace.workspace_id, "reports")
    (created,) = await newest(db, Wanted(workspace.workspace_id, action="apiKey.created"), before=None, limit=1)
    assert "token_hash" not in created["after"]
    async with db.connection() as connection:
        await connection.execute("UPDATE armature.api_keys SET token_hash = '\\x00' WHERE id = $1", key.id)
    (changed,) = await newest(db, Wanted(workspace.workspace_id, action="apiKey.updated"), before=None, limit=1)
    assert "token_hash" not in changed["before"]
    assert changed["after"]["token_hash"] == "(changed)"


async def test_it_says_on_whose_behalf(db: Database, workspace: Snapshot) -> None:
    hostile = Acting("api", user_agent="'; DROP TABLE armature.audit_entries; --\x00", address="::1", request_id="r1")
    ACTING.set(hostile)
    await create_api_key(db, workspace.workspace_id, "theirs")
    (entry,) = await newest(db, Wanted(workspace.workspace_id, action="apiKey.created"), before=None, limit=1)
    agent = "'; DROP TABLE armature.audit_entries; --"
    assert entry["acting"] == {"via": "api", "user_agent": agent, "address": "::1", "request_id": "r1"}


async def test_a_log_that_is_gone_or_has_no_chain_is_found(db: Database, workspace: Snapshot) -> None:
    other = await create_workspace(db, "Other", owner=None)
    assert list(await broken_chains(db)) == []
    await tamper(db, "UPDATE armature.audit_entries SET action = 'nothing' WHERE workspace_id = $1", other.workspace_id)
    await tamper(db, "DELETE FROM armature.audit_entries WHERE workspace_id = $1", workspace.workspace_id)
    await tamper(db, "DELETE FROM armature.audit_chains")
    gone = sorted((workspace.workspace_id, other.workspace_id))
    assert list(await broken_chains(db)) == [Broken(each, 1, "the log is gone") for each in gone]
    assert len(await diagnose(db)) == 2


async def test_what_is_rolled_back_leaves_no_entry(db: Database, workspace: Snapshot) -> None:
    before = await actions(db, workspace.workspace_id)
    async with db.connection() as connection:
        step = connection.transaction()
        await step.start()
        await connection.execute("UPDATE armature.workspaces SET name = 'Other'")
        await step.rollback()
    assert await actions(db, workspace.workspace_id) == before


async def test_what_says_nothing_is_no_entry(db: Database, workspace: Snapshot) -> None:
    before = await actions(db, workspace.workspace_id)
    async with db.connection() as connection:
        await connection.execute("UPDATE armature.workspaces SET version = version")
        await connection.execute("UPDATE armature.workspaces SET name = name")
    assert await actions(db, workspace.workspace_id) == before


async def test_entries_are_only_ever_added(db: Database, workspace: Snapshot) -> None:
    await actions(db, workspace.workspace_id)
    for statement in (
        "UPDATE armature.audit_entries SET action = 'nothing'",
        "UPDATE armature.audit_entries SET hash = NULL",
        "DELETE FROM armature.audit_entries",
        "TRUNCATE armature.audit_entries",
    ):
        async with db.connection() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE armature.audit_entries SET action = 'nothing' WHERE number = 2", (2, "an entry was changed")),
        ("UPDATE armature.audit_entries SET acting = '{}' WHERE number = 1", (1, "an entry was changed")),
        ("UPDATE armature.audit_entries SET at = at + interval '1s' WHERE number = 3", (3, "an entry was changed")),
        ("DELETE FROM armature.audit_entries WHERE number = 2", (3, "entries before it are missing")),
        ("DELETE FROM armature.audit_entries WHERE number = 1", (2, "entries before it are missing")),
        ("DELETE FROM armature.audit_entries WHERE number = 3", (3, "its last entries are missing")),
    ],
)
async def test_the_doctor_finds_what_was_tampered_with(
    db: Database, workspace: Snapshot, statement: str, broken: tuple[int, str]
) -> None:
    await create_api_key(db, workspace.workspace_id, "reports")
    assert list(await broken_chains(db)) == []
    await tamper(db, statement)
    assert list(await broken_chains(db)) == [Broken(workspace.workspace_id, *broken)]
    (finding,) = await diagnose(db)
    assert f"entry {broken[0]}: {broken[1]}" in finding.what


async def test_old_entries_are_purged_and_the_rest_is_still_a_chain(db: Database, workspace: Snapshot) -> None:
    for name in ("one", "two", "three"):
        await create_api_key(db, workspace.workspace_id, name)
    found = await newest(db, Wanted(workspace.workspace_id), before=None, limit=2)
    async with db.transaction() as connection:
        assert await purge(connection, workspace.workspace_id, FOR_EVER_AGO) == 0
        assert await purge(connection, workspace.workspace_id, found[-1]["at"]) == 3
    assert [each["number"] for each in await newest(db, Wanted(workspace.workspace_id), before=None, limit=9)] == [5, 4]
    assert list(await broken_chains(db)) == []
    async with db.transaction() as connection:
        assert await purge(connection, workspace.workspace_id, datetime.now(UTC) + timedelta(days=1)) == 2
    await create_api_key(db, workspace.workspace_id, "four")
    assert [each["number"] for each in await newest(db, Wanted(workspace.workspace_id), before=None, limit=9)] == [6]
    assert list(await broken_chains(db)) == []


async def test_many_at_once_are_chained_without_waiting_for_each_other(db: Database, workspace: Snapshot) -> None:
    async def sealed() -> None:
        async with db.connection() as connection:
            await seal(connection)

    async with db.transaction() as connection:  # one that takes long holds nobody up
        await connection.execute("UPDATE armature.workspaces SET name = 'Slow'")
        await asyncio.gather(
            *(create_api_key(db, workspace.workspace_id, f"key {at}") for at in range(10)),
            *(sealed() for _ in range(4)),
        )
    numbers = [each["number"] async for each in oldest(db, Wanted(workspace.workspace_id))]
    assert numbers == list(range(1, 14))
    assert list(await broken_chains(db)) == []


async def test_pages_follow_each_other(db: Database, workspace: Snapshot) -> None:
    for at in range(4):
        await create_api_key(db, workspace.workspace_id, f"key {at}")
    wanted = Wanted(workspace.workspace_id, action="apiKey.created")
    first = await newest(db, wanted, before=None, limit=3)
    rest = await newest(db, wanted, before=first[-1]["number"], limit=3)
    assert [each["after"]["name"] for each in (*first, *rest)] == ["key 3", "key 2", "key 1", "key 0"]
