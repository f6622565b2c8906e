"""One worker's turn with one webhook: what is due is sent, so many at once, until nothing is or the receiver fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import structlog

from armature.core.db import Database
from armature.core.ending import end
from armature.core.errors import ArmatureError
from armature.core.outbound import Network
from armature.core.sealing import Sealing
from armature.webhooks.composing import Composer
from armature.webhooks.delivery import Delivery
from armature.webhooks.outcomes import Taken, note, take
from armature.webhooks.patience import FAILING_FROM
from armature.webhooks.sending import Outcome, client, post
from armature.webhooks.target import Target, target_of

log = structlog.get_logger("armature.webhooks")

NOT_COMPOSED = "It could not be put together; the worker's log says why."


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker sends with."""

    db: Database
    sealing: Sealing
    composer: Composer
    networks: Sequence[Network]


class Round:
    """`stir` it when something more is due."""

    def __init__(self, means: Means, webhook_id: UUID) -> None:
        self._means = means
        self._webhook_id = webhook_id
        self._stirred = asyncio.Event()
        self._under_way: dict[UUID, asyncio.Task[None]] = {}

    def stir(self) -> None:
        self._stirred.set()

    async def run(self) -> datetime | None:
        """Until when all that was due was sent; None where some was left for later."""
        async with client(self._means.networks) as http:
            try:
                return await self._run(http)
            finally:
                await end(self._under_way.values())

    async def _run(self, http: httpx2.AsyncClient) -> datetime | None:
        while True:
            self._stirred.clear()
            target, taken = await self._taken()
            for each in taken.deliveries:
                assert target is not None  # noqa: S101  else nothing was taken
                self._begin(http, target, each)
            if not self._under_way:
                return None if target is not None and target.is_left_alone else taken.at
            await self._until_something_happens()

    async def _taken(self) -> tuple[Target | None, Taken]:
        async with self._means.db.transaction() as connection:
            target = await target_of(connection, self._means.sealing, self._webhook_id)
            free = 0 if target is None else _at_once(target) - len(self._under_way)
            is_ordered = target is not None and target.webhook.is_ordered
            return target, await take(
                connection, self._webhook_id, self._under_way, max(free, 0), is_ordered=is_ordered
            )

    def _begin(self, http: httpx2.AsyncClient, target: Target, delivery: Delivery) -> None:
        task = asyncio.create_task(self._send(http, target, delivery))
        self._under_way[delivery.id] = task
        task.add_done_callback(lambda _: self._under_way.pop(delivery.id, None))

    async def _until_something_happens(self) -> None:
        """Raises what a sending did: that is nothing of the receiver's."""
        stirred = asyncio.create_task(self._stirred.wait())
        try:
            waited: set[asyncio.Task[Any]] = {stirred, *self._under_way.values()}
            done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            stirred.cancel()

    async def _send(self, http: httpx2.AsyncClient, target: Target, delivery: Delivery) -> None:
        """What is interrupted here is sent again, with the same id."""
        try:
            payload = await self._means.composer.payload(target.webhook, delivery)
        except ArmatureError as error:
            await self._not_composed(target, delivery, error.message)
            return
        except Exception:
            log.exception("webhook.not_composed", delivery=str(delivery.id))
            await self._not_composed(target, delivery, NOT_COMPOSED)
            return
        message = target.message(delivery.id, payload)
        outcome = await post(http, message)
        log.info(
            "webhook.sent",
            webhook=str(delivery.webhook_id),
            delivery=str(delivery.id),
            status=outcome.status,
            milliseconds=outcome.duration,
            error=outcome.error,
        )
        await note(self._means.db, delivery, message, outcome, target.failures)

    async def _not_composed(self, target: Target, delivery: Delivery, why: str) -> None:
        """Somebody may repair it until its last attempt."""
        await note(self._means.db, delivery, None, Outcome(duration=0, error=why), target.failures)


def _at_once(target: Target) -> int:
    """A receiver that fails is tried with one at a time, after a while."""
    if target.is_left_alone:
        return 0
    return 1 if target.failures >= FAILING_FROM else target.webhook.concurrency
