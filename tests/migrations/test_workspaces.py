"""Workspaces are made with their pack, filled, listed, deleted."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from armature.core.db import Database
from armature.core.ending import end
from armature.core.errors import ArmatureError
from armature.metadata.packs.crm import CRM
from armature.metadata.packs.demo import demo_rows
from armature.metadata.store import WorkspaceNotFound
from armature.migrations.workspace.create import create_workspace, list_workspaces, load_rows
from armature.migrations.workspace.delete import delete_workspace
from armature.migrations.workspace.doctor import diagnose
from armature.migrations.workspace.set_aside import bring_back
from tests.metadata.models import add_field, add_object, text
from tests.migrations.living import Living, living


async def test_a_workspace_begins_with_its_pack(db: Database) -> None:
    crm = await living(db, *CRM)

    assert crm.snapshot.version == 1
    names = ["company", "person", "opportunity", "note", "task", "workspaceMember"]
    assert list(crm.snapshot.visible_objects) == names
    await crm.assert_healthy()


async def test_two_workspaces_with_one_pack_share_a_fingerprint(db: Database) -> None:
    first, second = await living(db, *CRM), await living(db, *CRM)

    assert first.snapshot.fingerprint == second.snapshot.fingerprint
    assert (await first.stored()).fingerprint == first.snapshot.fingerprint


async def test_an_empty_workspace_can_be_changed(db: Database) -> None:
    empty = await living(db)

    await empty.change(add_object("ticket", text("title")))

    await empty.assert_healthy()


async def test_no_object_can_take_the_name_of_the_events(db: Database) -> None:
    empty = await living(db)

    with pytest.raises(ArmatureError, match="_events"):
        await empty.change(add_object("_events", text("title")))
    await empty.change(add_object("event", text("title")))

    assert empty.object("event").table == "events"
    await empty.assert_healthy()


async def test_its_owner_becomes_its_administrator(db: Database) -> None:
    async with db.connection() as connection:
        user = await connection.fetchval(
            "INSERT INTO armature.users (email, password_hash) VALUES ('ann@acme.com', '') RETURNING id"
        )
        made = await create_workspace(db, "Acme", owner=user)

        found = await connection.fetch("SELECT user_id, workspace_id, role FROM armature.memberships")

    assert [tuple(each) for each in found] == [(user, made.workspace_id, "owner")]


async def test_a_pack_that_is_wrong_leaves_no_workspace(db: Database) -> None:
    with pytest.raises(ArmatureError):
        await create_workspace(db, "Wrong", owner=None, changes=[*CRM, add_field("nobody", text("x"))])
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await create_workspace(db, "Of nobody", owner=uuid4(), changes=CRM)

    async with db.connection() as connection:
        assert await list_workspaces(connection) == []
        assert await connection.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'workspace%'") == 0


async def test_the_demo_records_fit_the_pack(crm: Living) -> None:
    async with crm.db.transaction() as connection:
        counts = [await load_rows(connection, crm.snapshot, name, columns, rows) for name, columns, rows in demo_rows()]

    assert sum(counts) > 2_000
    await crm.assert_healthy()


async def test_a_deleted_workspace_leaves_nothing(db: Database) -> None:
    first, second = await living(db, *CRM), await living(db, *CRM)

    await delete_workspace(db, first.id)

    async with db.connection() as connection:
        assert [each.id for each in await list_workspaces(connection)] == [second.id]
        assert await connection.fetchval("SELECT count(*) FROM armature.fields WHERE workspace_id = $1", first.id) == 0
    with pytest.raises(WorkspaceNotFound):
        await first.stored()
    with pytest.raises(WorkspaceNotFound):
        await delete_workspace(db, first.id)
    assert await diagnose(db) == []


async def test_a_workspace_that_is_deleted_in_part_is_not_brought_back(db: Database) -> None:
    crm = await living(db, *CRM)
    blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::regclass"
    async with db.transaction() as connection:
        await connection.execute(f'LOCK TABLE "{crm.schema}".companies')
        deleting = asyncio.create_task(delete_workspace(db, crm.id))
        while not await connection.fetchval(blocked, f'"{crm.schema}".companies'):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await end([deleting])
    with pytest.raises(WorkspaceNotFound):
        await bring_back(db, crm.id)
    await delete_workspace(db, crm.id)
    assert await diagnose(db) == []


async def test_a_workspace_of_many_tables_is_deleted(db: Database) -> None:
    many = await living(db, *(add_object(f"thing{n}", text("title")) for n in range(120)))

    await delete_workspace(db, many.id)

    async with db.connection() as connection:
        assert await connection.fetchval("SELECT to_regnamespace($1)", many.schema) is None
