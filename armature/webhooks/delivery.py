"""What is to be told to a webhook, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from asyncpg import Record

from armature.core.errors import NotFound
from armature.metadata.webhook_tables import deliveries

DeliveryState = Literal["WAITING", "DELIVERED", "DEAD"]
STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)

TEST = "test"


class DeliveryNotFound(NotFound):
    def __init__(self, delivery: object) -> None:
        super().__init__(f'There is no delivery "{str(delivery)[:100]}".', path=("delivery",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Its `id` is the message's in every attempt. `merged` is of how many events it tells. Images stay in the row."""

    id: UUID
    webhook_id: UUID
    type: str
    object_id: UUID | None
    action: str | None
    subject: UUID
    position: int
    at: datetime
    actor: Any
    request_id: str | None
    merged: int
    payload: bytes | None = field(repr=False)
    state: DeliveryState
    attempts: int
    error: str | None
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None


COLUMNS = tuple(deliveries.c[each] for each in Delivery.__slots__)


def delivery_of(row: Record) -> Delivery:
    return Delivery(**row)
