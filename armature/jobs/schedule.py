"""What comes again and again: rows of the catalog, each with the next time it is due. Workers' clocks look at them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from asyncpg import Record
from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from armature.core.db import Connection, Database, execute, fetch, fetch_value
from armature.core.errors import BadUserInput
from armature.jobs.cron import next_time
from armature.jobs.job import NewJob
from armature.jobs.ledger import enqueue
from armature.metadata.tables import schedules

AT_ONCE = 100

log = structlog.get_logger("armature.jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A job of this kind and subject, at the times of `cron` in `time_zone`, an IANA name."""

    kind: str
    cron: str
    time_zone: str = "UTC"
    workspace_id: UUID | None = None
    subject: UUID | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)


async def put_schedule(connection: Connection, schedule: Schedule, first: datetime | None = None) -> None:
    """The only one of its kind and subject. A new one is due at `first`, or else at the next time of its cron.

    Raises CronUnfit, TimeZoneUnknown.
    """
    now = await fetch_value(connection, select(func.now()))
    next_at = next_time(schedule.cron, schedule.time_zone, now)
    values = {each: getattr(schedule, each) for each in Schedule.__slots__}
    adding = insert(schedules).values(**values, next_at=first or next_at)
    changed = or_(schedules.c.cron != adding.excluded.cron, schedules.c.time_zone != adding.excluded.time_zone)
    put = adding.on_conflict_do_update(
        index_elements=[schedules.c.kind, schedules.c.workspace_id, schedules.c.subject],
        set_={"cron": adding.excluded.cron, "time_zone": adding.excluded.time_zone, "next_at": next_at}
        | {"arguments": adding.excluded.arguments},
        where=or_(changed, schedules.c.arguments != adding.excluded.arguments),
    )
    await execute(connection, put)


async def fire_due(db: Database) -> float | None:
    """A job for each schedule that is due; in how many seconds the next one is.

    A row is moved to its next time in the transaction that writes the job: each time comes once, whoever else looks.
    What was missed while nobody looked comes once, too.
    """
    due = select(schedules, func.now().label("now")).where(schedules.c.next_at <= func.now())
    locked = due.order_by(schedules.c.next_at).limit(AT_ONCE).with_for_update(skip_locked=True)
    wait = func.extract("epoch", func.min(schedules.c.next_at) - func.clock_timestamp())
    async with db.transaction() as connection:
        for row in await fetch(connection, locked):
            await _fire(connection, row)
        found = await fetch_value(connection, select(wait))
    return None if found is None else float(found)


async def _fire(connection: Connection, row: Record) -> None:
    job = NewJob(kind=row["kind"], workspace_id=row["workspace_id"], subject=row["subject"], arguments=row["arguments"])
    await enqueue(connection, job)
    next_at = _next_of(row)
    moved = update(schedules).where(schedules.c.id == row["id"]).values(next_at=next_at, last_at=row["next_at"])
    await execute(connection, moved)


def _next_of(row: Record) -> datetime:
    """What has become unfit meanwhile, such as a time zone that is no more, stops no other: it comes once a day."""
    now: datetime = row["now"]
    try:
        return next_time(row["cron"], row["time_zone"], now)
    except BadUserInput as error:
        log.warning("schedule.unfit", kind=row["kind"], schedule=str(row["id"]), why=error.message)
        return now + timedelta(days=1)
