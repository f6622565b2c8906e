"""What comes again comes at its times, once each, in the time zone it was meant in."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, update

from armature.core.db import Database, execute, fetch, fetch_value
from armature.core.errors import BadUserInput
from armature.core.settings import Settings
from armature.jobs.cron import next_time
from armature.jobs.ledger import jobs_of
from armature.jobs.schedule import Schedule, fire_due, put_schedule
from armature.metadata.tables import jobs, schedules
from armature.workers import upkeep
from armature.workers.kinds import KINDS
from armature.workers.schedule import SCHEDULES, put_schedules
from armature.workers.worker import Worker

PAST = datetime(2020, 1, 1, tzinfo=UTC)


def times(cron: str, zone: str, after: datetime, count: int) -> list[str]:
    found: list[datetime] = []
    for _ in range(count):
        found.append(next_time(cron, zone, found[-1] if found else after))
    return [each.strftime("%d %H:%M") for each in found]


def test_times_are_meant_where_somebody_lives() -> None:
    assert times("30 8 * * *", "Asia/Tokyo", datetime(2026, 6, 1, tzinfo=UTC), 2) == ["01 23:30", "02 23:30"]


def test_what_is_due_in_the_hour_that_is_missing_comes_right_after_it() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)  # in Berlin, 02:00 becomes 03:00 on the 29th
    assert times("30 2 * * *", "Europe/Berlin", before, 3) == ["29 01:00", "30 00:30", "31 00:30"]


def test_what_names_an_hour_comes_once_where_that_comes_twice() -> None:
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)  # in Berlin, 03:00 becomes 02:00 on the 25th
    assert times("30 2 * * *", "Europe/Berlin", before, 2) == ["25 00:30", "26 01:30"]
    assert times("0 * * * *", "Europe/Berlin", datetime(2026, 10, 24, 23, 30, tzinfo=UTC), 3) == [
        "25 00:00",
        "25 01:00",
        "25 02:00",
    ]


@pytest.mark.parametrize(
    ("cron", "zone", "field"),
    [
        ("every day", "UTC", "cron"),
        ("99 * * * *", "UTC", "cron"),
        ("0 0 31 2 *", "UTC", "cron"),
        ("* " * 1_000, "UTC", "cron"),
        ("\x00", "UTC", "cron"),
        ("0 0 * * *", "Europe/Atlantis", "timeZone"),
        ("* * * * * *", "UTC", "cron"),
        ("0 0 * * *", "../../etc/passwd", "timeZone"),
        ("0 0 * * *", "", "timeZone"),
        ("0 0 * * *", "\x00", "timeZone"),
        ("0 0 * * *", "a" * 10_000, "timeZone"),
    ],
)
def test_what_never_comes_is_refused(cron: str, zone: str, field: str) -> None:
    with pytest.raises(BadUserInput) as refused:
        next_time(cron, zone, PAST)
    assert refused.value.field == field


async def put(db: Database, schedule: Schedule, first: datetime | None = None) -> None:
    async with db.transaction() as connection:
        await put_schedule(connection, schedule, first)


async def next_times(db: Database) -> list[datetime]:
    async with db.connection() as connection:
        return [each["next_at"] for each in await fetch(connection, select(schedules).order_by(schedules.c.id))]


async def test_each_time_comes_once_however_many_look(db: Database) -> None:
    for number in range(20):
        await put(db, Schedule(kind="report", cron="0 0 * * *", subject=uuid4(), arguments={"number": number}), PAST)
    waits = await asyncio.gather(*(fire_due(db) for _ in range(8)))
    found = await jobs_of(db, None)
    assert sorted(each.arguments["number"] for each in found) == list(range(20))
    assert all(each > datetime.now(UTC) for each in await next_times(db))
    assert 0 < (await fire_due(db) or 0) <= 86_400
    assert len(waits) == 8
    assert len(await jobs_of(db, None)) == 20


async def test_what_was_missed_comes_once(db: Database) -> None:
    await put(db, Schedule(kind="report", cron="* * * * *"), PAST)
    await fire_due(db)
    await fire_due(db)
    assert len(await jobs_of(db, None)) == 1


async def test_a_schedule_that_was_put_again_keeps_its_time_unless_it_is_another(db: Database) -> None:
    daily = Schedule(kind="report", cron="0 0 * * *")
    await put(db, daily, PAST)
    await put(db, daily)
    assert await next_times(db) == [PAST]
    await put(db, Schedule(kind="report", cron="0 1 * * *"))
    (at,) = await next_times(db)
    assert at > datetime.now(UTC)


async def test_one_that_has_become_unfit_stops_no_other(db: Database) -> None:
    await put(db, Schedule(kind="unfit", cron="0 0 * * *"), PAST - timedelta(days=1))
    await put(db, Schedule(kind="report", cron="0 0 * * *"), PAST)
    async with db.connection() as connection:
        await execute(connection, update(schedules).where(schedules.c.kind == "unfit").values(time_zone="Gone"))
    await fire_due(db)
    assert {each.kind for each in await jobs_of(db, None)} == {"unfit", "report"}


async def test_what_workers_do_by_themselves_comes_when_the_first_one_starts_and_then_at_its_times(
    db: Database, settings: Settings
) -> None:
    await asyncio.gather(*(put_schedules(db, KINDS) for _ in range(4)))
    await fire_due(db)
    assert sorted(each.kind for each in await jobs_of(db, None)) == sorted(each.kind for each in SCHEDULES)
    async with db.connection() as connection:
        await execute(connection, delete(jobs))
        await execute(connection, update(schedules).where(schedules.c.kind == upkeep.KIND).values(next_at=func.now()))
        async with Worker(db, settings).working():
            while not await fetch_value(connection, select(jobs.c.finished_at)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    (job,) = await jobs_of(db, None)
    assert (job.kind, job.state) == (upkeep.KIND, "succeeded")
