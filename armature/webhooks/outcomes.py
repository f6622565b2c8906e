"""What fails: when it is tried again, when its receiver is left alone, when its webhook is switched off."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, update
from sqlalchemy.sql.dml import ReturningUpdate

from armature.core.db import Connection, Database, Rendered, execute, fetch_one, render
from armature.metadata.webhook_tables import deliveries, delivery_attempts, webhook_endpoints
from armature.webhooks.delivery import Delivery
from armature.webhooks.patience import SWITCHED_OFF_AFTER, pause_after, wait_after
from armature.webhooks.sending import Message, Outcome
from armature.webhooks.switching import switch_off

FAILED_FOR_DAYS = f"Nothing got through for {SWITCHED_OFF_AFTER.days} days."
IS_GONE = "Its receiver answered that it is gone for good (410)."

_D, _E = deliveries.c, webhook_endpoints.c


@dataclass(frozen=True, slots=True)
class Setback:
    """After an attempt that failed: how many deliveries were given up, and whether the receiver is left alone now.

    `failures` in a row there have been; one that was not even sent is none of the receiver's.
    """

    dead: int
    is_left_alone: bool = False
    failures: int | None = None


async def note_failure(db: Database, delivery: Delivery, message: Message | None, outcome: Outcome) -> Setback:
    """Without a message nothing was sent."""
    async with db.transaction() as connection:
        if message is not None:
            await _log(connection, delivery, message, outcome)
        dead = await _put_off(connection, delivery, outcome)
        return Setback(dead) if message is None else await _failed(connection, delivery, outcome, dead)


async def note_recovery(db: Database, webhook_id: UUID) -> None:
    """Something got through again."""
    well = {"failures": 0, "failing_since": None, "open_until": None}
    async with db.connection() as connection:
        await execute(connection, _endpoint(webhook_id).values(**well))


async def _log(connection: Connection, delivery: Delivery, message: Message, outcome: Outcome) -> None:
    row = {
        "delivery_id": delivery.id,
        "duration": outcome.duration,
        "url": message.url,
        "request_headers": dict(message.shown),
        "status": outcome.status,
        "response_headers": None if outcome.headers is None else dict(outcome.headers),
        "response_body": outcome.body,
        "error": outcome.error,
    }
    statement = _log_statement()
    await connection.execute(statement.sql, *statement.arguments(row))


@cache
def _log_statement() -> Rendered:
    """Its columns are its binds."""
    columns = [each for each in delivery_attempts.c if each.name not in ("id", "at")]
    return render(insert(delivery_attempts).values({each: bindparam(each.name, type_=each.type) for each in columns}))


async def _put_off(connection: Connection, delivery: Delivery, outcome: Outcome) -> int:
    """How many were given up: this one, or none."""
    wait = wait_after(delivery.attempts + 1, outcome.wish)
    if wait is None:
        await _write(connection, delivery, state="DEAD", finished_at=func.now(), error=outcome.error)
    else:
        await _write(connection, delivery, due_at=func.now() + wait, error=outcome.error)
    return int(wait is None)


async def _write(connection: Connection, delivery: Delivery, **values: Any) -> None:
    """One that was given up meanwhile, with its webhook, stays so."""
    mine = update(deliveries).where(_D.id == delivery.id, _D.state == "WAITING")
    await execute(connection, mine.values(attempts=_D.attempts + 1, **values))


async def _failed(connection: Connection, delivery: Delivery, outcome: Outcome, dead: int) -> Setback:
    counted: ReturningUpdate[Any] = (
        _endpoint(delivery.webhook_id)
        .values(failures=_E.failures + 1, failing_since=func.coalesce(_E.failing_since, func.now()))
        .returning(_E.failures, (_E.failing_since < func.now() - SWITCHED_OFF_AFTER).label("is_over"))
    )
    row = await fetch_one(connection, counted)
    if row is None:
        return Setback(dead, is_left_alone=True)  # it was deleted
    if outcome.is_gone or row["is_over"]:
        why = IS_GONE if outcome.is_gone else FAILED_FOR_DAYS
        dead += await switch_off(connection, delivery.webhook_id, why)
        return Setback(dead, is_left_alone=True, failures=row["failures"])
    pause = pause_after(row["failures"], outcome.wish)
    if pause is not None:
        await execute(connection, _endpoint(delivery.webhook_id).values(open_until=func.now() + pause))
    return Setback(dead, pause is not None, row["failures"])


def _endpoint(webhook_id: UUID) -> Any:
    return update(webhook_endpoints).where(_E.webhook_id == webhook_id)
