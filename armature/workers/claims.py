"""The ledger as a worker writes it: taking a job, saying that one is alive, how it ended.

`attempts` fences: who was given up for dead and wakes up again finds it counted on, and changes nothing. All clocks are
PostgreSQL's.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, case, exists, func, or_, select, text, update
from sqlalchemy.sql.dml import ReturningUpdate

from armature.core.db import Connection, Database, execute, fetch, fetch_one
from armature.jobs.job import Job
from armature.jobs.ledger import COLUMNS
from armature.metadata.tables import jobs

LEASE = timedelta(seconds=30)
"""So long a worker may be silent before somebody else takes what it runs."""

SENT_AGAIN = timedelta(seconds=60)
"""What was sent and not taken for so long is sent again: the queue may have lost it."""

AT_ONCE = 500
"""Jobs sent in one go."""


def _is_abandoned() -> ColumnElement[bool]:
    return and_(jobs.c.state == "running", jobs.c.lease_until < func.now())


def _is_due() -> ColumnElement[bool]:
    return and_(jobs.c.state == "queued", jobs.c.due_at <= func.now())


async def mark_sent(connection: Connection) -> list[UUID]:
    """Jobs to be sent now, oldest first; whoever asks meanwhile gets others."""
    unsent = or_(jobs.c.sent_at.is_(None), jobs.c.sent_at < func.now() - SENT_AGAIN)
    waiting = (
        select(jobs.c.id)
        .where(text("state IN ('queued', 'running')"), or_(_is_due(), _is_abandoned()), unsent)
        .order_by(jobs.c.due_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    sent = update(jobs).where(jobs.c.id.in_(waiting.scalar_subquery())).values(sent_at=func.now())
    return [row["id"] for row in await fetch(connection, sent.returning(jobs.c.id))]


async def claim(db: Database, job_id: UUID) -> Job | None:
    """The job, which is ours from now on; None where it is over, in other hands or not due."""
    taken: ReturningUpdate[Any] = (
        update(jobs)
        .where(jobs.c.id == job_id, or_(_is_due(), _is_abandoned()))
        .values(
            state="running",
            attempts=jobs.c.attempts + 1,
            started_at=func.coalesce(jobs.c.started_at, func.now()),
            lease_until=func.now() + LEASE,
            sent_at=None,
        )
        .returning(*COLUMNS)
    )
    async with db.connection() as connection:
        row = await fetch_one(connection, taken)
    return None if row is None else Job(**row)


async def renew(db: Database, job: Job, progress: float) -> bool:
    """Whether it is still ours to run: it was neither cancelled nor given to another."""
    return await _write(db, _ours(job).values(lease_until=func.now() + LEASE, progress=progress))


async def succeed(db: Database, job: Job) -> None:
    ended = {"state": "succeeded", "progress": 1.0, "error": None, "finished_at": func.now(), "lease_until": None}
    await _write(db, _ours(job).values(**ended))


async def fail(db: Database, job: Job, error: str) -> None:
    ended = {"state": "failed", "error": error, "finished_at": func.now(), "lease_until": None}
    await _write(db, _ours(job).values(**ended))


async def try_later(db: Database, job: Job, error: str, wait: timedelta) -> None:
    """Where another for the same waits already, that one is the next try."""
    twin = jobs.alias("twin")
    same = (
        twin.c.state == "queued",
        twin.c.kind == job.kind,
        twin.c.workspace_id.is_not_distinct_from(job.workspace_id),
        twin.c.subject.is_not_distinct_from(job.subject),
    )
    another = exists().where(*same)
    later = {
        "state": case((another, "cancelled"), else_="queued"),
        "finished_at": case((another, func.now())),
        "error": error,
        "due_at": func.now() + wait,
        "lease_until": None,
    }
    await _write(db, _ours(job).values(**later))


async def give_back(db: Database, job: Job) -> None:
    """As if it had not been begun: this worker ends, another may take it at once."""
    await _write(db, _ours(job).values(attempts=job.attempts - 1, lease_until=func.now()))


def _ours(job: Job) -> Update:
    return update(jobs).where(jobs.c.id == job.id, jobs.c.state == "running", jobs.c.attempts == job.attempts)


async def _write(db: Database, statement: Update) -> bool:
    async with db.connection() as connection:
        return await execute(connection, statement) == "UPDATE 1"
