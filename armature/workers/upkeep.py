"""The job that looks after what ages: what is old enough goes, or gets a job of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Delete, delete, exists, func, select

from armature.audit.log import purge
from armature.core.db import execute, fetch, fetch_value
from armature.core.settings import Settings
from armature.jobs.job import NewJob
from armature.jobs.ledger import enqueue
from armature.metadata.account_tables import mailed_tokens, sessions, workspace_settings
from armature.metadata.audit_tables import audit_entries
from armature.metadata.tables import idempotency_keys, jobs
from armature.metadata.webhook_tables import deliveries
from armature.migrations.workspace.purge import KIND as PURGE
from armature.migrations.workspace.purge import workspaces_due
from armature.workers.task import Task

KIND = "upkeep"
JOBS_KEPT = timedelta(days=30)
DELIVERIES_KEPT = timedelta(days=30)
TOKENS_KEPT = timedelta(days=1)

AGES: tuple[tuple[Column[Any], Callable[[Settings], timedelta]], ...] = (
    (idempotency_keys.c.created_at, lambda settings: timedelta(seconds=settings.idempotency_lifetime)),
    (jobs.c.finished_at, lambda _: JOBS_KEPT),
    (deliveries.c.finished_at, lambda _: DELIVERIES_KEPT),
    (sessions.c.expires_at, lambda _: TOKENS_KEPT),
    (mailed_tokens.c.expires_at, lambda _: TOKENS_KEPT),
)
"""From what on a row ages, and how old it gets."""


async def look_after(task: Task) -> None:
    for since, age in AGES:
        async with task.db.transaction() as connection:
            await execute(connection, forget(since, age(task.settings)))
    await _purge_audit(task)
    kept = timedelta(seconds=task.settings.set_aside_lifetime)
    async with task.db.transaction() as connection:
        for workspace_id in await workspaces_due(connection, kept):
            await enqueue(connection, NewJob(kind=PURGE, workspace_id=workspace_id, subject=workspace_id))


async def _purge_audit(task: Task) -> None:
    """Of workspaces that keep their audit logs for a time only; what is left is still one chain."""
    async with task.db.connection() as connection:
        due = [row["workspace_id"] for row in await fetch(connection, _DUE)]
    for workspace_id in due:
        async with task.db.transaction() as connection:
            before = await fetch_value(connection, _KEPT_SINCE.where(workspace_settings.c.workspace_id == workspace_id))
            if before is not None:
                await purge(connection, workspace_id, before)


_KEPT_SINCE = select(func.now() - func.make_interval(0, 0, 0, workspace_settings.c.audit_retention_days))
_IS_KEPT = workspace_settings.c.audit_retention_days.is_not(None)
_HAS_OLD = exists().where(
    audit_entries.c.workspace_id == workspace_settings.c.workspace_id,
    audit_entries.c.at < _KEPT_SINCE.correlate(workspace_settings).scalar_subquery(),
)
_DUE = select(workspace_settings.c.workspace_id).where(_IS_KEPT, _HAS_OLD)


def forget(since: Column[Any], age: timedelta) -> Delete:
    return delete(since.table).where(since < func.now() - age)
