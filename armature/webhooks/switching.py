"""Webhooks that are switched off, by themselves or by somebody: what waits is dead, and can be sent again later."""

from uuid import UUID

from sqlalchemy import func, literal_column, select, update

from armature.core.db import Connection, execute, fetch_value
from armature.jobs.job import NewJob
from armature.jobs.ledger import enqueue
from armature.metadata.webhook_tables import deliveries, webhook_endpoints, webhooks
from armature.webhooks.endpoints import stir

NOTICE_JOB = "webhook notice"
SWITCHED_OFF = "The webhook was switched off."


async def switch_off(connection: Connection, webhook_id: UUID, reason: str) -> int:
    """By itself, for a reason that its owners are told. How many deliveries are given up with it; none where it is off
    already.
    """
    off = (
        update(webhooks)
        .where(webhooks.c.id == webhook_id, webhooks.c.is_enabled)
        .values(is_enabled=False, disabled_reason=reason, updated_at=func.now())
    )
    workspace_id: UUID | None = await fetch_value(connection, off.returning(webhooks.c.workspace_id))
    if workspace_id is None:
        return 0
    await enqueue(connection, NewJob(kind=NOTICE_JOB, workspace_id=workspace_id, subject=webhook_id))
    return await drop_waiting(connection, webhook_id)


async def drop_waiting(connection: Connection, webhook_id: UUID) -> int:
    """How many those were. What is under way may still get through; who sends is told."""
    is_waiting = deliveries.c.state == literal_column("'WAITING'")  # as the index says it
    theirs = select(deliveries.c.id).where(deliveries.c.webhook_id == webhook_id, is_waiting)
    in_order = theirs.order_by(deliveries.c.id).with_for_update(key_share=True).cte("waiting")
    waiting = update(deliveries).where(deliveries.c.id == in_order.c.id)
    over = {"state": "DEAD", "error": SWITCHED_OFF, "finished_at": func.now(), "is_open": False}
    count = int((await execute(connection, waiting.values(**over))).rpartition(" ")[2])
    well = {"failures": 0, "failing_since": None, "open_until": None}
    mine = webhook_endpoints.c.webhook_id == webhook_id
    await execute(connection, update(webhook_endpoints).where(mine).values(**well))
    await stir(connection, webhook_id)
    return count
