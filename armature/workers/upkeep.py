"""The job that looks after what ages: what is old enough goes, or gets a job of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, func

from armature.core.db import execute
from armature.core.settings import Settings
from armature.jobs.job import NewJob
from armature.jobs.ledger import enqueue
from armature.metadata.account_tables import mailed_tokens, sessions
from armature.metadata.tables import idempotency_keys, jobs
from armature.migrations.workspace.purge import KIND as PURGE
from armature.migrations.workspace.purge import workspaces_due
from armature.workers.task import Task

KIND = "upkeep"
JOBS_KEPT = timedelta(days=30)
TOKENS_KEPT = timedelta(days=1)

AGES: tuple[tuple[Column[Any], Callable[[Settings], timedelta]], ...] = (
    (idempotency_keys.c.created_at, lambda settings: timedelta(seconds=settings.idempotency_lifetime)),
    (jobs.c.finished_at, lambda _: JOBS_KEPT),
    (sessions.c.expires_at, lambda _: TOKENS_KEPT),
    (mailed_tokens.c.expires_at, lambda _: TOKENS_KEPT),
)
"""From what on a row ages, and how old it gets."""


async def look_after(task: Task) -> None:
    for since, age in AGES:
        async with task.db.transaction() as connection:
            await execute(connection, delete(since.table).where(_is_older(since, age(task.settings))))
    kept = timedelta(seconds=task.settings.set_aside_lifetime)
    async with task.db.transaction() as connection:
        for workspace_id in await workspaces_due(connection, kept):
            await enqueue(connection, NewJob(kind=PURGE, workspace_id=workspace_id, subject=workspace_id))


def _is_older(since: Column[Any], age: timedelta) -> ColumnElement[bool]:
    return since < func.now() - age
