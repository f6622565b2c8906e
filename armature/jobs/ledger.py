"""The ledger of jobs, as everybody may write and read it: what is to be done, what became of it, again, not at all.

A job is written in the transaction of what needs it; a notice tells the workers once that commits. Nothing here knows
how jobs reach a worker, nor who runs them.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Interval,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from armature.core.db import Connection, Database, Rendered, execute, fetch, fetch_one, render
from armature.core.notices import CHANNEL, encoded
from armature.jobs.job import Job, JobNotFound, JobNotOver, JobOver, JobWaitsAlready, NewJob, State
from armature.metadata.tables import jobs

NOTICE = {"jobs": "waiting"}
"""What workers listen for. PostgreSQL tells the same of one transaction only once."""

COLUMNS = tuple(getattr(jobs.c, each) for each in Job.__slots__)


async def enqueue(connection: Connection, job: NewJob) -> None:
    """Where one of its kind and subject waits already, that one is it, with these arguments."""
    statement = _enqueue_statement()
    values = {
        "workspace": job.workspace_id,
        "kind": job.kind,
        "subject": job.subject,
        "arguments": job.arguments,
        "wait": job.wait,
        "notice": encoded(NOTICE),
    }
    await connection.execute(statement.sql, *statement.arguments(values))


async def jobs_of(
    db: Database,
    workspace_id: UUID | None,
    *,
    states: Sequence[State] = (),
    kind: str | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Job]:
    """The newest first; without a workspace those of all, and those of none."""
    wanted: list[ColumnElement[bool]] = []
    if workspace_id is not None:
        wanted.append(jobs.c.workspace_id == workspace_id)
    if states:
        wanted.append(_is_one_of(states))
    if kind is not None:
        wanted.append(jobs.c.kind == kind)
    if before is not None:
        wanted.append(jobs.c.id < before)
    async with db.connection() as connection:
        rows = await fetch(connection, select(*COLUMNS).where(*wanted).order_by(jobs.c.id.desc()).limit(limit))
    return [Job(**row) for row in rows]


async def job_by_id(db: Database, job_id: UUID, workspace_id: UUID | None) -> Job:
    """Raises JobNotFound."""
    async with db.connection() as connection:
        return await _job(connection, job_id, workspace_id)


async def retry_job(db: Database, job_id: UUID, workspace_id: UUID | None) -> Job:
    """Try again what failed or was cancelled. Raises JobNotFound, JobNotOver, JobWaitsAlready."""
    again = {
        "state": "queued",
        "attempts": 0,
        "progress": 0.0,
        "error": None,
        "due_at": func.now(),
        "sent_at": None,
        "finished_at": None,
    }
    try:
        async with db.transaction() as connection:
            changed = await _change(connection, job_id, workspace_id, ("failed", "cancelled"), again)
            found = await _job(connection, job_id, workspace_id)
            if not changed:
                raise JobNotOver(found)
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, encoded(NOTICE))
            return found
    except asyncpg.UniqueViolationError as error:
        raise JobWaitsAlready from error


async def cancel_job(db: Database, job_id: UUID, workspace_id: UUID | None) -> Job:
    """One that runs ends as soon as its worker notices. Raises JobNotFound, JobOver."""
    ended = {"state": "cancelled", "finished_at": func.now(), "lease_until": None}
    async with db.transaction() as connection:
        changed = await _change(connection, job_id, workspace_id, ("queued", "running"), ended)
        found = await _job(connection, job_id, workspace_id)
        if not changed:
            raise JobOver(found)
        return found


async def _job(connection: Connection, job_id: UUID, workspace_id: UUID | None) -> Job:
    row = await fetch_one(connection, select(*COLUMNS).where(*_this(job_id, workspace_id)))
    if row is None:
        raise JobNotFound(job_id)
    return Job(**row)


async def _change(
    connection: Connection, job_id: UUID, workspace_id: UUID | None, from_: Sequence[State], to: dict[str, Any]
) -> bool:
    """Whether it was in one of these states."""
    changing = update(jobs).where(*_this(job_id, workspace_id), _is_one_of(from_)).values(**to)
    return await execute(connection, changing) == "UPDATE 1"


def _is_one_of(states: Sequence[State]) -> ColumnElement[bool]:
    return jobs.c.state == any_(literal(list(states), ARRAY(Text())))


def _this(job_id: UUID, workspace_id: UUID | None) -> list[ColumnElement[bool]]:
    """Who works in a workspace sees its jobs only."""
    mine = [] if workspace_id is None else [jobs.c.workspace_id == workspace_id]
    return [jobs.c.id == job_id, *mine]


@cache
def _enqueue_statement() -> Rendered:
    wait: Any = bindparam("wait", type_=Interval())
    adding = insert(jobs).values(
        workspace_id=bindparam("workspace", type_=Uuid()),
        kind=bindparam("kind", type_=Text()),
        subject=bindparam("subject", type_=Uuid()),
        arguments=bindparam("arguments", type_=JSONB()),
        state="queued",
        due_at=func.now() + wait,
    )
    sooner = func.least(jobs.c.due_at, adding.excluded.due_at)
    added = adding.on_conflict_do_update(
        index_elements=[jobs.c.kind, jobs.c.workspace_id, jobs.c.subject],
        index_where=text("state = 'queued'"),
        set_={"arguments": adding.excluded.arguments, "due_at": sooner},
    )
    told = select(func.pg_notify(CHANNEL, bindparam("notice", type_=Text())))
    return render(told.add_cte(added.cte("added")))
