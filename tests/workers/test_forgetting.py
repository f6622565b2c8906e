"""Old events go, and those that are too many; never one without a position, nor the last."""

from datetime import timedelta

import msgspec
import pytest

from armature.core.db import Database
from armature.core.settings import Settings
from armature.events import retention
from armature.jobs.job import NewJob
from armature.jobs.ledger import enqueue, jobs_of
from armature.workers import forgetting
from armature.workers.claims import claim
from armature.workers.forgetting import forget
from armature.workers.relay import relay_batch
from armature.workers.task import Task
from tests.migrations.living import Living, living
from tests.support.leaving import leave


@pytest.fixture
async def crm(db: Database) -> Living:
    """Of ten events, the first four are a day old; two more have no position yet, and are as old."""
    crm = await living(db)
    async with db.transaction() as connection:
        await leave(connection, crm.schema, 10)
    await relay_batch(db, crm.id)
    async with db.transaction() as connection:
        await leave(connection, crm.schema, 2)
    await crm.run("UPDATE {}._events SET at = at - interval '1 day' WHERE position <= 4 OR position IS NULL")
    return crm


async def kept(crm: Living, settings: Settings, **given: int) -> list[int | None]:
    async with crm.db.transaction() as connection:
        await enqueue(connection, NewJob(kind=forgetting.KIND))
    (job,) = await jobs_of(crm.db, None, states=["queued"])
    claimed = await claim(crm.db, job.id)
    assert claimed is not None
    await forget(Task(claimed, crm.db, msgspec.structs.replace(settings, **given)))
    return [position for (position,) in await crm.run("SELECT position FROM {}._events ORDER BY position")]


HOUR, WEEK = 3_600, 604_800


async def test_old_ones_go_but_none_without_a_position(crm: Living, settings: Settings) -> None:
    assert await kept(crm, settings, events_lifetime=HOUR) == [5, 6, 7, 8, 9, 10, None, None]


async def test_too_many_go(crm: Living, settings: Settings) -> None:
    assert await kept(crm, settings, events_kept=3) == [8, 9, 10, None, None]
    assert await kept(crm, settings, events_kept=3) == [8, 9, 10, None, None]


async def test_it_goes_by_small_steps(crm: Living, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    assert await kept(crm, settings, events_kept=3) == [8, 9, 10, None, None]


async def test_the_last_one_stays_so_that_no_position_comes_twice(crm: Living, settings: Settings) -> None:
    await relay_batch(crm.db, crm.id)
    await crm.run("UPDATE {}._events SET at = at - $1::interval", timedelta(days=30))
    assert await kept(crm, settings, events_lifetime=WEEK) == [12]
    async with crm.db.transaction() as connection:
        await leave(connection, crm.schema, 1)
    await relay_batch(crm.db, crm.id)
    assert await kept(crm, settings, events_lifetime=WEEK) == [13]
