"""Jobs that come again and again by themselves, and the clock that looks at all that do."""

from collections.abc import Collection
from datetime import UTC, datetime

from armature.core.db import Database
from armature.jobs.schedule import Schedule, fire_due, put_schedule
from armature.workers import forgetting, upkeep

SCHEDULES = (
    Schedule(kind=upkeep.KIND, cron="17 * * * *"),
    Schedule(kind=forgetting.KIND, cron="47 * * * *"),
)
"""The first time comes at once, where there was none."""

LOOK = 5.0
"""Seconds between two looks at the latest: somebody may have added what is due before."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def put_schedules(db: Database, kinds: Collection[str]) -> None:
    for each in SCHEDULES:
        if each.kind in kinds:
            async with db.transaction() as connection:
                await put_schedule(connection, each, first=_LONG_AGO)


async def fire(db: Database) -> float:
    """What is due, and how long to wait until the next look, in seconds."""
    wait = await fire_due(db)
    return LOOK if wait is None else max(0.0, min(wait, LOOK))
