"""Old events go, and those that are too many; never one without a position, nor the last."""

import json
from datetime import timedelta
from typing import Any

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


LARGE = 100_000


async def test_what_is_too_large_together_goes(crm: Living, settings: Settings) -> None:
    await crm.run(
        """UPDATE {}._events SET after = (SELECT json_agg(md5(random()::text)) FROM generate_series(1, 3000))
        WHERE position IN (2, 7)"""
    )
    (sizes,) = await crm.run("SELECT min(pg_column_size(after)), max(pg_column_size(after)) FROM {}._events")
    assert LARGE < sizes[1] < 2 * LARGE
    assert await kept(crm, settings, events_size=4 * LARGE) == [*range(1, 11), None, None]
    assert await kept(crm, settings, events_size=sizes[1] + LARGE // 2) == [*range(3, 11), None, None]
    assert await kept(crm, settings, events_size=LARGE) == [8, 9, 10, None, None]


async def test_what_takes_no_more_is_not_added_up(crm: Living) -> None:
    """The one who looks reads the size of the table, and nothing of it."""
    events = f'"{crm.schema}"."_events"'
    statement = retention._TOO_LARGE.format(events=events, row=retention.ROW)
    (row,) = await crm.run(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", 10_000_000)
    assert [each["Actual Loops"] for each in scans(json.loads(row[0])[0]["Plan"])] == [0]


def scans(plan: Any) -> list[Any]:
    """The nodes of a plan that read the table."""
    found = [each for below in plan.get("Plans", ()) for each in scans(below)]
    return [*found, plan] if plan.get("Relation Name") == "_events" else found


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
