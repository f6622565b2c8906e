"""The log of deliveries: what was sent, what was answered; and sending again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Text, Uuid, any_, delete, func, insert, literal, select, update
from uuid_utils.compat import uuid7

from armature.core.db import Connection, execute, fetch, fetch_one
from armature.core.errors import Conflict
from armature.metadata.resolve import as_id
from armature.metadata.webhook_tables import deliveries, delivery_attempts, webhooks
from armature.webhooks.delivery import COLUMNS, TEST, Delivery, DeliveryNotFound, DeliveryState, delivery_of
from armature.webhooks.endpoints import stir
from armature.webhooks.payload import encoded
from armature.webhooks.webhook import Webhook

_D = deliveries.c


class SwitchedOff(Conflict):
    def __init__(self) -> None:
        super().__init__("The webhook is switched off.", hint="Set isEnabled first.")


class IsWaiting(Conflict):
    def __init__(self) -> None:
        super().__init__("The delivery waits to be sent already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Bodies are cut, secret headers have no values. `duration` is in milliseconds."""

    id: UUID
    delivery_id: UUID
    at: datetime
    duration: int
    url: str
    request_headers: dict[str, str]
    status: int | None
    response_headers: dict[str, str] | None
    response_body: str | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Deliveries of a webhook, by when what they tell happened."""

    webhook_id: UUID
    states: Sequence[DeliveryState] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def conditions(self) -> list[Any]:
        found = [_D.webhook_id == self.webhook_id]
        if self.states:
            found.append(_D.state == any_(literal(list(self.states), ARRAY(Text()))))
        if self.since is not None:
            found.append(_D.at >= self.since)
        if self.until is not None:
            found.append(_D.at < self.until)
        return found


async def deliveries_of(connection: Connection, wanted: Wanted, before: str | None, limit: int) -> list[Delivery]:
    """The newest first."""
    conditions = wanted.conditions if before is None else [*wanted.conditions, _D.id < as_id(before)]
    found = select(*COLUMNS).where(*conditions).order_by(_D.id.desc()).limit(limit)
    return [delivery_of(row) for row in await fetch(connection, found)]


async def find_delivery(connection: Connection, workspace_id: UUID, reference: str) -> Delivery:
    """Raises DeliveryNotFound."""
    found = (
        select(*COLUMNS)
        .join_from(deliveries, webhooks)
        .where(_D.id == as_id(reference), webhooks.c.workspace_id == workspace_id)
    )
    row = await fetch_one(connection, found)
    if row is None:
        raise DeliveryNotFound(reference)
    return delivery_of(row)


async def attempts_of(connection: Connection, delivery_ids: Sequence[UUID]) -> list[Attempt]:
    """The oldest first."""
    these = delivery_attempts.c.delivery_id == any_(literal(list(delivery_ids), ARRAY(Uuid())))
    rows = await fetch(connection, select(delivery_attempts).where(these).order_by(delivery_attempts.c.id))
    return [_attempt(row) for row in rows]


def _attempt(row: Record) -> Attempt:
    return Attempt(**row)


async def send_again(connection: Connection, webhook: Webhook, wanted: Wanted | UUID) -> int:
    """How many are sent again, with the ids that they had. What waits anyhow is not counted. Raises SwitchedOff."""
    if not webhook.is_enabled:
        raise SwitchedOff
    conditions = [_D.id == wanted] if isinstance(wanted, UUID) else wanted.conditions
    anew = {"state": "WAITING", "attempts": 0, "error": None, "due_at": func.now(), "finished_at": None}
    again = update(deliveries).where(*conditions, _D.webhook_id == webhook.id, _D.state != "WAITING").values(**anew)
    count = int((await execute(connection, again)).rpartition(" ")[2])
    if count:
        await stir(connection, webhook.id)
    return count


async def begin_anew(connection: Connection, webhook_id: UUID) -> None:
    """With another role: what was told, and what waits to be, is what the role before sees."""
    mine = select(_D.id).where(_D.webhook_id == webhook_id).order_by(_D.id).with_for_update()
    await execute(connection, delete(deliveries).where(_D.id.in_(mine.scalar_subquery())))


async def add_test(connection: Connection, webhook: Webhook) -> UUID:
    """A delivery that tells of nothing. Raises SwitchedOff."""
    if not webhook.is_enabled:
        raise SwitchedOff
    id_, now = uuid7(), datetime.now(UTC)
    row = {
        "id": id_,
        "webhook_id": webhook.id,
        "type": TEST,
        "subject": id_,
        "position": 0,
        "at": now,
        "payload": encoded(TEST, now, {"webhook": webhook.id, "message": "A test of this webhook."}),
        "state": "WAITING",
    }
    await execute(connection, insert(deliveries).values(row))
    await stir(connection, webhook.id)
    return id_
