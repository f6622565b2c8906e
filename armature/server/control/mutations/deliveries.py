"""Deliveries of webhooks: looked at and sent again by who could give somebody the role that the webhook has."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import strawberry
from strawberry import ID, Info

from armature.core.db import Connection
from armature.core.errors import BadUserInput
from armature.server.control.context import Context
from armature.server.control.delivery_types import Delivery, DeliveryState, delivery_shown
from armature.server.control.mutations.at_input import at_input
from armature.server.control.page_size import check_limit
from armature.webhooks import delivery
from armature.webhooks.log import (
    Attempt,
    IsWaiting,
    Wanted,
    add_test,
    attempts_of,
    deliveries_of,
    find_delivery,
    send_again,
)
from armature.webhooks.store import find_webhook
from armature.webhooks.webhook import Webhook

MOST = 200


class TimeUnfit(BadUserInput):
    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is out of range.", field=key, path=(key,))


@strawberry.input
class RedeliverAllInput:
    webhook: ID
    since: datetime = strawberry.field(description="What happened then or later.")
    until: datetime | None = strawberry.field(default=None, description="And before that.")
    states: list[DeliveryState] = strawberry.field(default_factory=lambda: [DeliveryState.DEAD])


@strawberry.type
class DeliveryQueries:
    @strawberry.field
    async def webhook_deliveries(
        self,
        info: Info[Context, None],
        webhook: ID,
        states: list[DeliveryState] | None = None,
        before: ID | None = None,
        limit: int = 50,
    ) -> list[Delivery]:
        """The newest first; `before` a delivery, for those older than it. Kept for 30 days."""
        check_limit(limit, MOST)
        context = info.context
        async with context.db.connection() as connection:
            of = await _webhook(context, connection, webhook)
            wanted = Wanted(webhook_id=of.id, states=[each.value for each in states or ()])
            found = await deliveries_of(connection, wanted, before, limit)
            return await _shown(context, connection, found)

    @strawberry.field
    async def webhook_delivery(self, info: Info[Context, None], id: ID) -> Delivery:
        async with info.context.db.connection() as connection:
            found = await _delivery(info.context, connection, id)
            return (await _shown(info.context, connection, [found[0]]))[0]


@strawberry.type
class DeliveryMutations:
    @strawberry.mutation
    async def redeliver(self, info: Info[Context, None], delivery: ID) -> Delivery:
        """Sends it again, with the same id and payload."""
        context = info.context
        async with context.db.transaction() as connection:
            found, webhook = await _delivery(context, connection, delivery)
            if not await send_again(connection, webhook, found.id):
                raise IsWaiting
            again = await find_delivery(connection, context.place().workspace_id, delivery)
            return (await _shown(context, connection, [again]))[0]

    @strawberry.mutation
    async def redeliver_all(self, info: Info[Context, None], input: RedeliverAllInput) -> int:
        """Sends again what a webhook was told, or should have been, in a time; how many that are."""
        context = info.context
        async with context.db.transaction() as connection:
            with at_input():
                webhook = await _webhook(context, connection, input.webhook)
                wanted = Wanted(
                    webhook_id=webhook.id,
                    states=[each.value for each in input.states],
                    since=_utc(input.since, "since"),
                    until=None if input.until is None else _utc(input.until, "until"),
                )
                return await send_again(connection, webhook, wanted)

    @strawberry.mutation
    async def send_test_event(self, info: Info[Context, None], webhook: ID) -> Delivery:
        """A message of the type "test", signed and logged like every other."""
        context = info.context
        async with context.db.transaction() as connection:
            made = await add_test(connection, await _webhook(context, connection, webhook))
            found = await find_delivery(connection, context.place().workspace_id, str(made))
            return delivery_shown(found, [])


async def _webhook(context: Context, connection: Connection, reference: str) -> Webhook:
    """Raises WebhookNotFound; RoleNotYours: payloads show what its role sees."""
    found = await find_webhook(connection, context.place().workspace_id, reference)
    await context.check_gives(found.role)
    return found


async def _delivery(context: Context, connection: Connection, reference: str) -> tuple[delivery.Delivery, Webhook]:
    found = await find_delivery(connection, context.place().workspace_id, reference)
    return found, await _webhook(context, connection, str(found.webhook_id))


async def _shown(context: Context, connection: Connection, found: Sequence[delivery.Delivery]) -> list[Delivery]:
    attempts: defaultdict[UUID, list[Attempt]] = defaultdict(list)
    tried = await attempts_of(connection, [each.id for each in found])
    for each in await context.listed(tried):
        attempts[each.delivery_id].append(each)
    return [delivery_shown(each, attempts[each.id]) for each in await context.listed(found)]


def _utc(at: datetime, key: str) -> datetime:
    """Without offset it is UTC. Raises TimeUnfit for the first and last day of the calendar, elsewhere."""
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise TimeUnfit(key) from None
