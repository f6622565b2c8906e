"""The ledger as a worker writes it: taking a job, saying that one is alive, how it ended.

`attempts` fences: who was given up for dead and wakes up again finds it counted on, and changes nothing. All clocks are
PostgreSQL's.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, case, exists, func, or_, update
from sqlalchemy.sql.dml import ReturningUpdate

from armature.core.db import Connection, Database, execute, fetch_one
from armature.jobs.job import Job
from armature.jobs.ledger import COLUMNS
from armature.metadata.tables import jobs

LEASE = timedelta(seconds=30)
"""So long a worker may be silent before somebody else takes what it runs."""

SENT_AGAIN = timedelta(seconds=60)
"""What was sent and not taken for so long is sent again: the queue may have lost it."""

AT_ONCE = 500
"""Jobs sent in one go."""

WINDOW = 50
"""So many of one kind and workspace are on their way or at work at once: who has a million lets others pass."""

# The oldest of each kind and workspace, as far as they are due: a step of the index from one to the next, however many
# there are of each. Of these, what has not been sent lately; whoever asks meanwhile gets others.
_IN_LINES = """
WITH RECURSIVE lines AS (
    (SELECT kind, {workspace} AS workspace FROM armature.jobs WHERE {open} ORDER BY kind, {workspace} LIMIT 1)
    UNION ALL
    SELECT next.kind, next.workspace FROM lines CROSS JOIN LATERAL (
        SELECT kind, {workspace} AS workspace FROM armature.jobs
        WHERE {open} AND (kind, {workspace}) > (lines.kind, lines.workspace) ORDER BY kind, {workspace} LIMIT 1
    ) AS next
), first AS (
    SELECT job.id, job.due_at, job.sent_at FROM lines CROSS JOIN LATERAL (
        SELECT id, due_at, sent_at FROM armature.jobs
        WHERE {open} AND kind = lines.kind AND {workspace} = lines.workspace
        AND due_at <= now() AND (state = 'queued' OR lease_until < now())
        ORDER BY due_at, id LIMIT $2
    ) AS job
), unsent AS (
    SELECT id FROM first WHERE sent_at IS NULL OR sent_at < now() - $3::interval ORDER BY due_at LIMIT $1
), locked AS (
    SELECT id, due_at FROM armature.jobs WHERE id IN (SELECT id FROM unsent)
    AND (sent_at IS NULL OR sent_at < now() - $3::interval) FOR UPDATE SKIP LOCKED
), sent AS (
    UPDATE armature.jobs AS job SET sent_at = now() FROM locked WHERE job.id = locked.id
    RETURNING job.kind, job.id, job.due_at
)
SELECT kind, id FROM sent ORDER BY due_at
"""
_SEND = _IN_LINES.format(
    workspace="coalesce(workspace_id, '00000000-0000-0000-0000-000000000000'::uuid)",
    open="state IN ('queued', 'running')",
)


def _is_abandoned() -> ColumnElement[bool]:
    return and_(jobs.c.state == "running", jobs.c.lease_until < func.now())


def _is_due() -> ColumnElement[bool]:
    return and_(jobs.c.state == "queued", jobs.c.due_at <= func.now())


async def mark_sent(connection: Connection) -> list[tuple[str, UUID]]:
    """Jobs to be sent now, with their kinds, oldest first."""
    return [(row["kind"], row["id"]) for row in await connection.fetch(_SEND, AT_ONCE, WINDOW, SENT_AGAIN)]


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
