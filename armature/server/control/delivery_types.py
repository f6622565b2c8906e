"""Deliveries of webhooks, as the control plane shows them."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import ID
from strawberry.scalars import JSON

from armature.webhooks import delivery, log
from armature.webhooks.hiding import told_url

MOST_SHOWN = 20_000  # characters of a payload


@strawberry.enum(description="WAITING: for its turn, or its next attempt at dueAt. DEAD: given up; redeliver sends it.")
class DeliveryState(Enum):
    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    DEAD = "DEAD"


@strawberry.type(description="One request, and what was answered. Secret headers are not shown, bodies are cut.")
class DeliveryAttempt:
    id: ID
    at: datetime = strawberry.field(description="When the answer was there, or it was given up.")
    duration: int = strawberry.field(description="Milliseconds.")
    url: str
    request_headers: JSON
    status: int | None
    response_headers: JSON | None
    response_body: str | None
    error: str | None


@strawberry.type(description="What a webhook is told. Its id is the webhook-id of every attempt.")
class Delivery:
    id: ID
    webhook: ID
    type: str
    record: ID | None
    at: datetime = strawberry.field(description="When what it tells happened; of several events, the last.")
    events: int = strawberry.field(description="How many events of the record it tells as one.")
    payload: str | None = strawberry.field(description="Made when it is first sent; cut.")
    state: DeliveryState
    attempt_count: int
    error: str | None = strawberry.field(description="Why it did not get through.")
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None
    attempts: list[DeliveryAttempt]


def delivery_shown(of: delivery.Delivery, attempts: list[log.Attempt]) -> Delivery:
    payload = None if of.payload is None else of.payload.decode()
    return Delivery(
        id=ID(str(of.id)),
        webhook=ID(str(of.webhook_id)),
        type=of.type,
        record=None if of.object_id is None else ID(str(of.subject)),
        at=of.at,
        events=of.merged,
        payload=payload if payload is None or len(payload) <= MOST_SHOWN else f"{payload[:MOST_SHOWN]}…",
        state=DeliveryState(of.state),
        attempt_count=of.attempts,
        error=of.error,
        created_at=of.created_at,
        due_at=of.due_at,
        finished_at=of.finished_at,
        attempts=[_attempt(each) for each in attempts],
    )


def _attempt(of: log.Attempt) -> DeliveryAttempt:
    return DeliveryAttempt(
        id=ID(str(of.id)),
        at=of.at,
        duration=of.duration,
        url=told_url(of.url),
        request_headers=JSON(of.request_headers),
        status=of.status,
        response_headers=None if of.response_headers is None else JSON(of.response_headers),
        response_body=of.response_body,
        error=of.error,
    )
