"""The rows of deliveries: what is due of a webhook is taken, gets payloads, and is written down once it got through."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    LargeBinary,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    null,
    select,
    update,
)
from sqlalchemy.sql.functions import coalesce

from armature.core.db import Connection, Rendered, render
from armature.metadata.webhook_tables import deliveries
from armature.webhooks.delivery import COLUMNS, Delivery, delivery_of
from armature.webhooks.sending import Message, Outcome

SIZE = 1_000_000
"""The most that is taken at once, in bytes as PostgreSQL keeps them; the first is taken however large it is."""

_D = deliveries.c
_WAITING: Any = literal_column("'WAITING'")


@dataclass(frozen=True, slots=True)
class Sent:
    """What got through, and how."""

    delivery: Delivery
    message: Message
    outcome: Outcome


async def take(
    connection: Connection, webhook_id: UUID, under_way: Collection[UUID], most: int, *, is_ordered: bool
) -> list[Delivery]:
    """What is due, and may be sent now. Nothing is merged into it any more.

    Of a record, one whose turn it is; where order matters not, any.
    """
    closing, taking = _closing_statement(is_ordered), _take_statement(is_ordered)
    await connection.execute(closing.sql, *closing.arguments({"webhook": webhook_id}))
    values = {"webhook": webhook_id, "under_way": list(under_way), "most": most}
    rows = await connection.fetch(taking.sql, *taking.arguments(values))
    return [delivery_of(row) for row in rows]


def _is_due(webhook_id: Any, *, is_ordered: bool) -> ColumnElement[bool]:
    due = and_(_D.webhook_id == webhook_id, _D.state == _WAITING, _D.due_at <= func.now())
    return and_(due, _D.position <= _first_position(webhook_id)) if is_ordered else due


@cache
def _closing_statement(is_ordered: bool) -> Rendered:
    """What waits for one before it may gather more meanwhile."""
    due = _is_due(bindparam("webhook", type_=Uuid()), is_ordered=is_ordered)
    return render(update(deliveries).where(_D.is_open, due).values(is_open=false()))


@cache
def _take_statement(is_ordered: bool) -> Rendered:
    webhook_id: Any = bindparam("webhook", type_=Uuid())
    under_way: Any = bindparam("under_way", type_=ARRAY(Uuid()))
    found = select(*COLUMNS, _size().label("size")).where(
        _is_due(webhook_id, is_ordered=is_ordered), not_(_D.id == any_(under_way)), not_(_D.is_open)
    )
    most: Any = bindparam("most", type_=BigInteger())
    due = found.order_by(_D.due_at, _D.id).limit(most).subquery("due")
    so_far = func.sum(due.c.size).over(order_by=(due.c.due_at, due.c.id))
    sized = select(due, (so_far - due.c.size).label("before_it")).subquery("sized")
    small_enough = sized.c.before_it < literal_column(str(SIZE))
    columns = [sized.c[each.name] for each in COLUMNS]
    return render(select(*columns).where(small_enough).order_by(sized.c.due_at, sized.c.id))


def _first_position(webhook_id: Any) -> Any:
    """Of what waits of the same record: looked up for each, whatever PostgreSQL believes to be waiting. A join could
    look at all pairs.
    """
    first = deliveries.alias("first")
    same = (first.c.webhook_id == webhook_id, first.c.subject == _D.subject, first.c.state == _WAITING)
    return select(func.min(first.c.position)).where(*same).scalar_subquery()


def _size() -> ColumnElement[int]:
    large = (func.pg_column_size(_D[each]) for each in ("before", "after", "payload"))
    zero: Any = literal_column("0")
    before, after, payload = (coalesce(each, zero) for each in large)
    return before + after + payload


async def keep_payloads(connection: Connection, payloads: Mapping[UUID, bytes]) -> None:
    """What is sent in every attempt; the images they were made of are needed no more."""
    statement = _payload_statement()
    values = {"ids": list(payloads), "payloads": list(payloads.values())}
    await connection.execute(statement.sql, *statement.arguments(values))


@cache
def _payload_statement() -> Rendered:
    ids = func.unnest(bindparam("ids", type_=ARRAY(Uuid())), bindparam("payloads", type_=ARRAY(LargeBinary())))
    made = ids.table_valued("id", "payload", name="made").render_derived()
    kept = {"payload": made.c.payload, "before": null(), "after": null()}
    return render(update(deliveries).where(_D.id == made.c.id).values(kept))


# What was deleted meanwhile is left out. Rows are locked in one order, as switching.py does.
_WRITE = """
WITH sent AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1) AS sent (
        delivery_id uuid, duration integer, url text, request_headers jsonb,
        status integer, response_headers jsonb, response_body text
    )
), there AS MATERIALIZED (
    SELECT id FROM armature.deliveries
    WHERE id = ANY (ARRAY(SELECT delivery_id FROM sent)) ORDER BY id FOR NO KEY UPDATE
), logged AS (
    INSERT INTO armature.delivery_attempts
    (delivery_id, duration, url, request_headers, status, response_headers, response_body)
    SELECT delivery_id, duration, url, request_headers, status, response_headers, response_body
    FROM sent JOIN there ON there.id = sent.delivery_id
)
UPDATE armature.deliveries AS d
SET state = 'DELIVERED', attempts = d.attempts + 1, finished_at = now(), error = NULL
FROM there WHERE d.id = there.id AND d.state = 'WAITING'
"""


async def write_delivered(connection: Connection, sent: Iterable[Sent]) -> None:
    """In one statement. One that was given up meanwhile, with its webhook, stays so."""
    await connection.execute(_WRITE, [_logged(each) for each in sent])


def _logged(sent: Sent) -> dict[str, Any]:
    return {
        "delivery_id": sent.delivery.id,
        "duration": sent.outcome.duration,
        "url": sent.message.url,
        "request_headers": sent.message.shown,
        "status": sent.outcome.status,
        "response_headers": sent.outcome.headers,
        "response_body": sent.outcome.body,
    }
