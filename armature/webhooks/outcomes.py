"""What is due of a webhook, taken to be sent; and what came of sending it, written down."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, exists, func, insert, literal, not_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from armature.core.db import Connection, Database, execute, fetch, fetch_one, fetch_value
from armature.metadata.webhook_tables import deliveries, delivery_attempts, webhook_endpoints
from armature.webhooks.delivery import COLUMNS, Delivery, delivery_of
from armature.webhooks.patience import SWITCHED_OFF_AFTER, pause_after, wait_after
from armature.webhooks.sending import Message, Outcome
from armature.webhooks.switching import switch_off

FAILED_FOR_DAYS = f"Nothing got through for {SWITCHED_OFF_AFTER.days} days."
IS_GONE = "Its receiver answered that it is gone for good (410)."

_D, _E = deliveries.c, webhook_endpoints.c


@dataclass(frozen=True, slots=True)
class Taken:
    """What was due at a time, as far as it may be sent now."""

    at: datetime
    deliveries: list[Delivery]


async def take(
    connection: Connection, webhook_id: UUID, under_way: Collection[UUID], most: int, *, is_ordered: bool
) -> Taken:
    """Nothing is merged into them any more. Of a record, one whose turn it is; where order matters not, any."""
    at: datetime = await fetch_value(connection, select(func.now()))
    found = select(_D.id).where(
        _D.webhook_id == webhook_id,
        _D.state == "WAITING",
        _D.due_at <= at,
        not_(_D.id == any_(literal([*under_way], ARRAY(Uuid())))),
    )
    if is_ordered:
        earlier = deliveries.alias("earlier")
        found = found.where(
            ~exists().where(
                earlier.c.webhook_id == webhook_id,
                earlier.c.subject == _D.subject,
                earlier.c.state == "WAITING",
                earlier.c.position < _D.position,
            )
        )
    chosen = found.order_by(_D.due_at, _D.id).limit(most).scalar_subquery()
    taken: ReturningUpdate[Any] = update(deliveries).where(_D.id.in_(chosen)).values(is_open=False).returning(*COLUMNS)
    rows = [delivery_of(row) for row in await fetch(connection, taken)]
    return Taken(at, sorted(rows, key=lambda each: (each.due_at, each.id)))


async def keep_payload(connection: Connection, delivery: Delivery, payload: bytes) -> None:
    """What is sent in every attempt; the images it was made of are needed no more."""
    values = {"payload": payload, "before": None, "after": None}
    await execute(connection, update(deliveries).where(_D.id == delivery.id).values(**values))


async def note(db: Database, delivery: Delivery, message: Message | None, outcome: Outcome, failures: int) -> int:
    """How many attempts in a row have failed now; `failures` is how many had. Without a message nothing was sent."""
    async with db.transaction() as connection:
        if message is not None:
            await _log(connection, delivery, message, outcome)
        if outcome.error is None:
            await _write(connection, delivery, state="DELIVERED", finished_at=func.now(), error=None)
            if failures:
                well = {"failures": 0, "failing_since": None, "open_until": None}
                await execute(connection, _endpoint(delivery).values(**well))
            return 0
        await _put_off(connection, delivery, outcome)
        return failures if message is None else await _failed(connection, delivery, outcome)


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
    await execute(connection, insert(delivery_attempts).values(row))


async def _put_off(connection: Connection, delivery: Delivery, outcome: Outcome) -> None:
    wait = wait_after(delivery.attempts + 1, outcome.wish)
    if wait is None:
        await _write(connection, delivery, state="DEAD", finished_at=func.now(), error=outcome.error)
    else:
        await _write(connection, delivery, due_at=func.now() + wait, error=outcome.error)


async def _write(connection: Connection, delivery: Delivery, **values: Any) -> None:
    """One that was given up meanwhile, with its webhook, stays so."""
    mine = update(deliveries).where(_D.id == delivery.id, _D.state == "WAITING")
    await execute(connection, mine.values(attempts=_D.attempts + 1, **values))


async def _failed(connection: Connection, delivery: Delivery, outcome: Outcome) -> int:
    counted: ReturningUpdate[Any] = (
        _endpoint(delivery)
        .values(failures=_E.failures + 1, failing_since=func.coalesce(_E.failing_since, func.now()))
        .returning(_E.failures, (_E.failing_since < func.now() - SWITCHED_OFF_AFTER).label("is_over"))
    )
    row = await fetch_one(connection, counted)
    if row is None:  # it was deleted
        return 0
    pause = pause_after(row["failures"], outcome.wish)
    if outcome.is_gone or row["is_over"]:
        await switch_off(connection, delivery.webhook_id, IS_GONE if outcome.is_gone else FAILED_FOR_DAYS)
    elif pause is not None:
        await execute(connection, _endpoint(delivery).values(open_until=func.now() + pause))
    failures: int = row["failures"]
    return failures


def _endpoint(delivery: Delivery) -> Any:
    return update(webhook_endpoints).where(_E.webhook_id == delivery.webhook_id)
