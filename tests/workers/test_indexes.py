"""Indexes from a mutation to PostgreSQL, by a worker: told on the way, taken up again when it is killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from armature.core.db import Database
from armature.core.settings import Settings
from armature.jobs.job import Job
from armature.jobs.ledger import cancel_job, job_by_id, jobs_of, retry_job
from armature.metadata.changes import CreateIndex, NewIndexField
from armature.metadata.packs.crm import CRM
from armature.workers.worker import Worker
from tests.migrations.living import Living, living

BY_NAME = CreateIndex(object="company", fields=(NewIndexField(field="name"),), is_unique=True)


@pytest.fixture
async def crm(db: Database) -> Living:
    return await living(db, *CRM)


async def the_job(crm: Living) -> Job:
    (job,) = await jobs_of(crm.db, crm.id)
    return job


async def until(crm: Living, *states: str) -> Job:
    while (job := await the_job(crm)).state not in states:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return job


async def is_there(crm: Living) -> list[bool]:
    """Whether the indexes that a job has begun are valid."""
    rows = await crm.run(
        "SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_namespace n "
        "ON n.oid = relnamespace WHERE nspname = $1 AND relname LIKE 'companies\\_\\_by%'",
        crm.schema,
    )
    return [is_valid for (is_valid,) in rows]


async def test_a_worker_builds_what_a_changeset_asks_for(crm: Living, settings: Settings) -> None:
    async with Worker(crm.db, settings).working():
        await crm.change(BY_NAME)
        job = await until(crm, "succeeded")
    assert job.progress == 1
    assert await is_there(crm) == [True]
    await crm.assert_healthy()


async def test_one_that_failed_is_tried_again_when_its_cause_is_gone(crm: Living, settings: Settings) -> None:
    await crm.run("INSERT INTO {}.companies (name) VALUES ('same'), ('same')")
    await crm.change(BY_NAME)
    async with Worker(crm.db, settings).working():
        job = await until(crm, "failed")
        assert "1 value is held by more than one record" in str(job.error)
        assert job.attempts == 1
        await crm.run("DELETE FROM {}.companies")
        await retry_job(crm.db, job.id, crm.id)
        await until(crm, "succeeded")
    assert await is_there(crm) == [True]


@contextmanager
def worker_process(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    urls = {"DATABASE_URL": settings.database_url or "", "REDIS_URL": settings.redis_url or ""}
    process = subprocess.Popen([sys.executable, "-m", "armature", "worker"], env={**os.environ, **urls})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_a_worker_killed_while_it_builds_is_replaced_by_another(crm: Living, settings: Settings) -> None:
    """A transaction that is open elsewhere keeps PostgreSQL at it for as long as we want."""
    await crm.change(BY_NAME)
    async with crm.db.connection() as other:
        holding = other.transaction()
        await holding.start()
        await other.execute(f"INSERT INTO {crm.schema}.companies (name) VALUES ('x')")  # noqa: S608
        with worker_process(settings) as victim:
            while await is_there(crm) != [False]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            victim.send_signal(signal.SIGKILL)
            victim.wait()
        assert (await the_job(crm)).state == "running"
        await holding.commit()
    await crm.run("UPDATE armature.jobs SET lease_until = now()")  # as if its time were over

    async with Worker(crm.db, settings).working():
        job = await until(crm, "succeeded")
    assert job.attempts == 2
    assert await is_there(crm) == [True]
    await crm.assert_healthy()


async def test_one_that_is_cancelled_while_it_is_built_leaves_nothing(crm: Living, settings: Settings) -> None:
    await crm.change(BY_NAME)
    async with crm.db.connection() as other, Worker(crm.db, settings).working():
        holding = other.transaction()
        await holding.start()
        await other.execute(f"INSERT INTO {crm.schema}.companies (name) VALUES ('x')")  # noqa: S608
        while await is_there(crm) != [False]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        job = await the_job(crm)
        await cancel_job(crm.db, job.id, crm.id)
        while await crm.run("SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE UNIQUE%'"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await holding.rollback()
        while await is_there(crm):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert (await job_by_id(crm.db, job.id, None)).state == "cancelled"
