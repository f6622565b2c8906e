"""What ages goes by itself, and jobs that come again come again, once in a while."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import delete, func, insert, select, update

from armature.audit.chain import broken_chains
from armature.core.db import Database, execute, fetch_value
from armature.core.settings import Settings
from armature.jobs.job import Job, NewJob
from armature.jobs.ledger import enqueue, jobs_of
from armature.metadata.packs.crm import CRM
from armature.metadata.tables import idempotency_keys, jobs
from armature.server.auth.workspace_settings import set_audit_retention
from armature.workers import upkeep
from armature.workers.claims import claim
from armature.workers.kinds import KINDS
from armature.workers.run import JobRunner
from armature.workers.task import Task
from armature.workers.worker import Worker
from tests.audit.test_log import actions
from tests.metadata.models import delete_field
from tests.migrations.living import Living, living


@pytest.fixture
async def crm(db: Database) -> Living:
    return await living(db, *CRM)


async def look_after(crm: Living, settings: Settings) -> None:
    async with crm.db.transaction() as connection:
        await enqueue(connection, NewJob(kind=upkeep.KIND))
    (job,) = [each for each in await jobs_of(crm.db, None) if each.kind == upkeep.KIND]
    claimed = await claim(crm.db, job.id)
    assert claimed is not None
    await upkeep.look_after(Task(claimed, crm.db, settings))


async def the_purge(crm: Living) -> Job:
    (job,) = await jobs_of(crm.db, crm.id, kind="purge")
    return job


async def test_answers_that_are_too_old_go(crm: Living, settings: Settings) -> None:
    async with crm.db.connection() as connection:
        for hours in (1, 23, 25):
            kept = {"workspace_id": crm.id, "caller": crm.id, "key": str(hours), "request": b"", "answer": b""}
            at = func.now() - timedelta(hours=hours)
            await execute(connection, insert(idempotency_keys).values(**kept, created_at=at))
        await look_after(crm, settings)
        assert await fetch_value(connection, select(func.count()).select_from(idempotency_keys)) == 2


async def test_jobs_that_are_over_for_long_go(crm: Living, settings: Settings) -> None:
    async with crm.db.transaction() as connection:
        for kind in ("old", "new", "open"):
            await enqueue(connection, NewJob(kind=kind, workspace_id=crm.id))
        ended = func.now() - upkeep.JOBS_KEPT
        await execute(connection, update(jobs).where(jobs.c.kind == "old").values(state="failed", finished_at=ended))
        await execute(
            connection, update(jobs).where(jobs.c.kind == "new").values(state="failed", finished_at=func.now())
        )
    await look_after(crm, settings)
    assert {each.kind for each in await jobs_of(crm.db, crm.id)} == {"new", "open"}


async def test_a_worker_purges_what_was_deleted_long_ago(crm: Living, settings: Settings) -> None:
    await crm.change(delete_field("company", "addressCity"))
    await look_after(crm, settings)
    assert await jobs_of(crm.db, crm.id, kind="purge") == []  # not yet

    hasty = msgspec.structs.replace(settings, set_aside_lifetime=1)
    await crm.run(
        "UPDATE armature.fields SET deleted_at = deleted_at - interval '1 second' WHERE deleted_at IS NOT NULL"
    )
    async with crm.db.connection() as connection:
        await execute(connection, delete(jobs))
    async with Worker(crm.db, hasty).working():
        while "address_city" in await crm.columns("companies"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    crm.snapshot = await crm.stored()
    await crm.assert_healthy()


async def test_who_reads_for_long_is_waited_for(crm: Living, settings: Settings) -> None:
    await crm.change(delete_field("company", "addressCity"))
    hasty = msgspec.structs.replace(settings, set_aside_lifetime=1)
    await crm.run(
        "UPDATE armature.fields SET deleted_at = deleted_at - interval '1 second' WHERE deleted_at IS NOT NULL"
    )
    await look_after(crm, hasty)
    async with crm.db.connection() as other, other.transaction():
        await other.execute(f"SELECT FROM {crm.schema}.companies")
        await JobRunner(crm.db, hasty, KINDS).run((await the_purge(crm)).id)
        job = await the_purge(crm)
        assert (job.state, job.attempts) == ("queued", 1)
        assert "busy" in str(job.error)


async def test_a_workspace_keeps_its_audit_log_for_as_long_as_it_says(crm: Living, settings: Settings) -> None:
    other = await living(crm.db, *CRM)
    async with crm.db.transaction() as connection:
        await set_audit_retention(connection, crm.id, 30)
    await crm.change(delete_field("company", "employees"))
    async with crm.db.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = 'replica'")
        await connection.execute("UPDATE armature.audit_entries SET at = at - interval '31 days' WHERE subject = '1'")

    await look_after(crm, settings)

    assert "model.created" in await actions(crm.db, other.id)
    assert await actions(crm.db, crm.id) == ["workspaceSettings.created", "model.created"]
    assert await broken_chains(crm.db) == []
