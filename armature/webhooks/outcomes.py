"""What is due of a webhook, taken to be sent; and what came of sending it, written down."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    LargeBinary,
    Uuid,
    any_,
    bindparam,
    false,
    func,
    insert,
    literal_column,
    not_,
    null,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from armature.core.db import Connection, Database, Rendered, execute, fetch_one, render
from armature.metadata.webhook_tables import deliveries, delivery_attempts, webhook_endpoints
from armature.webhooks.delivery import COLUMNS, Delivery, delivery_of
from armature.webhooks.patience import SWITCHED_OFF_AFTER, pause_after, wait_after
from armature.webhooks.sending import Message, Outcome
from armature.webhooks.switching import switch_off

FAILED_FOR_DAYS = f"Nothing got through for {SWITCHED_OFF_AFTER.days} days."
IS_GONE = "Its receiver answered that it is gone for good (410)."

_D, _E = deliveries.c, webhook_endpoints.c
_WAITING: Any = literal_column("'WAITING'")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was due at a time, as far as it may be sent now."""

    at: datetime
    deliveries: list[Delivery]


async def take(
    connection: Connection, webhook_id: UUID, under_way: Collection[UUID], most: int, *, is_ordered: bool
) -> Taken:
    """Nothing is merged into them any more. Of a record, one whose turn it is; where order matters not, any."""
    at: datetime = await connection.fetchval("SELECT now()")
    statement = _take_statement(is_ordered)
    values = {"webhook": webhook_id, "under_way": list(under_way), "most": most}
    rows = await connection.fetch(statement.sql, *statement.arguments(values))
    return Taken(at, sorted(map(delivery_of, rows), key=lambda each: (each.due_at, each.id)))


@cache
def _take_statement(is_ordered: bool) -> Rendered:
    """An index gives the order, and each record's first is looked up: whatever PostgreSQL believes to be waiting, it
    looks at few rows.
    """
    webhook_id: Any = bindparam("webhook", type_=Uuid())
    under_way: Any = bindparam("under_way", type_=ARRAY(Uuid()))
    found = select(_D.id).where(
        _D.webhook_id == webhook_id, _D.state == _WAITING, _D.due_at <= func.now(), not_(_D.id == any_(under_way))
    )
    if is_ordered:
        earlier = deliveries.alias("earlier")
        of_record = (earlier.c.webhook_id == webhook_id, earlier.c.subject == _D.subject, earlier.c.state == _WAITING)
        found = found.where(_D.position <= select(func.min(earlier.c.position)).where(*of_record).scalar_subquery())
    most: Any = bindparam("most", type_=BigInteger())
    chosen = found.order_by(_D.due_at, _D.id).limit(most).scalar_subquery()
    taken = update(deliveries).where(_D.id.in_(chosen)).values(is_open=false())
    return render(taken.returning(*COLUMNS))


async def keep_payload(connection: Connection, delivery: Delivery, payload: bytes) -> None:
    """What is sent in every attempt; the images it was made of are needed no more."""
    statement = _payload_statement()
    await connection.execute(statement.sql, *statement.arguments({"delivery": delivery.id, "payload": payload}))


@cache
def _payload_statement() -> Rendered:
    kept = {"payload": bindparam("payload", type_=LargeBinary()), "before": null(), "after": null()}
    return render(update(deliveries).where(_D.id == bindparam("delivery", type_=Uuid())).values(kept))


async def note(db: Database, delivery: Delivery, message: Message | None, outcome: Outcome, failures: int) -> int:
    """How many attempts in a row have failed now; `failures` is how many had. Without a message nothing was sent."""
    async with db.transaction() as connection:
        if message is not None:
            await _log(connection, delivery, message, outcome)
        if outcome.error is None:
            delivered = _delivered_statement()
            await connection.execute(delivered.sql, *delivered.arguments({"delivery": delivery.id}))
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
    statement = _log_statement()
    await connection.execute(statement.sql, *statement.arguments(row))


@cache
def _log_statement() -> Rendered:
    """Its columns are its binds."""
    columns = [each for each in delivery_attempts.c if each.name not in ("id", "at")]
    return render(insert(delivery_attempts).values({each: bindparam(each.name, type_=each.type) for each in columns}))


@cache
def _delivered_statement() -> Rendered:
    mine = update(deliveries).where(_D.id == bindparam("delivery", type_=Uuid()), _D.state == _WAITING)
    over: Any = {"state": literal_column("'DELIVERED'"), "finished_at": func.now(), "error": null()}
    return render(mine.values(attempts=_D.attempts + literal_column("1"), **over))


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
