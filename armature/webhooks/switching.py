"""Webhooks that are switched off, by themselves or by somebody: what waits is dead, and can be sent again later."""

from uuid import UUID

from sqlalchemy import func, update

from armature.core.db import Connection, execute, fetch_value
from armature.jobs.job import NewJob
from armature.jobs.ledger import enqueue
from armature.metadata.webhook_tables import deliveries, webhook_endpoints, webhooks

NOTICE_JOB = "webhook notice"
SWITCHED_OFF = "The webhook was switched off."


async def switch_off(connection: Connection, webhook_id: UUID, reason: str) -> None:
    """By itself, for a reason that its owners are told. Nothing happens where it is off already."""
    off = (
        update(webhooks)
        .where(webhooks.c.id == webhook_id, webhooks.c.is_enabled)
        .values(is_enabled=False, disabled_reason=reason, updated_at=func.now())
    )
    workspace_id: UUID | None = await fetch_value(connection, off.returning(webhooks.c.workspace_id))
    if workspace_id is not None:
        await drop_waiting(connection, webhook_id)
        await enqueue(connection, NewJob(kind=NOTICE_JOB, workspace_id=workspace_id, subject=webhook_id))


async def drop_waiting(connection: Connection, webhook_id: UUID) -> None:
    """What is under way may still get through."""
    waiting = update(deliveries).where(deliveries.c.webhook_id == webhook_id, deliveries.c.state == "WAITING")
    over = {"state": "DEAD", "error": SWITCHED_OFF, "finished_at": func.now(), "is_open": False}
    await execute(connection, waiting.values(**over))
    well = {"failures": 0, "failing_since": None, "open_until": None}
    mine = webhook_endpoints.c.webhook_id == webhook_id
    await execute(connection, update(webhook_endpoints).where(mine).values(**well))
