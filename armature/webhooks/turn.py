"""A webhook while it stays as it is: what was taken of it is sent, so many at once, and the outcome written down."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import httpx2
import structlog

from armature.core.db import Database
from armature.core.ending import end
from armature.core.errors import ArmatureError
from armature.core.outbound import Network
from armature.core.sealing import Sealing
from armature.jobs.tally import Tally
from armature.webhooks.composing import Composer
from armature.webhooks.delivery import Delivery
from armature.webhooks.ledger import Sent
from armature.webhooks.outcomes import note_failure, note_recovery
from armature.webhooks.patience import FAILING_FROM
from armature.webhooks.scribe import Scribe
from armature.webhooks.sending import Message, Outcome, post
from armature.webhooks.target import Target

log = structlog.get_logger("armature.webhooks")

AHEAD = 8
"""For each that may be under way at once, so many are taken."""

NOT_COMPOSED = "It could not be put together; the worker's log says why."


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker sends with."""

    db: Database
    sealing: Sealing
    composer: Composer
    networks: Sequence[Network]
    scribe: Scribe
    tally: Tally


class Turn:
    """`tell` is called when something is done. Once it `is_over`, or the webhook no longer ours, nothing more is begun:
    the rest waits in the catalog.
    """

    def __init__(
        self,
        means: Means,
        http: httpx2.AsyncBaseTransport,
        target: Target,
        tell: Callable[[], None],
        is_ours: Callable[[], bool],
    ) -> None:
        self._means = means
        self._http = http
        self.target = target
        self._tell = tell
        self._is_ours = is_ours
        self._failures = target.failures
        self._slots = asyncio.Semaphore(target.at_once)
        self._under_way: dict[UUID, asyncio.Task[None]] = {}
        self._trouble: BaseException | None = None
        self.is_over = False

    def __len__(self) -> int:
        return len(self._under_way)

    @property
    def under_way(self) -> Collection[UUID]:
        """Of which something is yet to be sent, or to be written down."""
        return self._under_way.keys()

    @property
    def room(self) -> int:
        return max(0, AHEAD * self.target.at_once - len(self))

    @property
    def has_free_slot(self) -> bool:
        return not self._slots.locked()

    def begin(self, deliveries: Iterable[Delivery]) -> None:
        for each in deliveries:
            self._under_way[each.id] = task = asyncio.create_task(self._send(each))
            task.add_done_callback(partial(self._done, each.id))

    def check(self) -> None:
        """Raises what a sending did: that is nothing of the receiver's."""
        if self._trouble is not None:
            raise self._trouble

    async def over(self) -> None:
        """What is under way is waited for. Raises as `check` does."""
        self.is_over = True
        if self._under_way:
            await asyncio.wait(self._under_way.values())
        self.check()

    async def end(self) -> None:
        """What is interrupted here is sent again, with the same id."""
        await end(self._under_way.values())

    def _done(self, id_: UUID, task: asyncio.Task[None]) -> None:
        del self._under_way[id_]
        if not task.cancelled() and (trouble := task.exception()) is not None:
            self._trouble, self.is_over = trouble, True
        self._tell()

    async def _send(self, delivery: Delivery) -> None:
        async with self._slots:
            sent = None if self.is_over or not self._is_ours() else await self._sent(delivery)
        if sent is not None:
            await self._means.scribe.write(sent)
            await self._got_through()

    async def _sent(self, delivery: Delivery) -> Sent | None:
        """None where it failed: that is written down already."""
        payload = await self._payload(delivery)
        if payload is None:
            return None
        message = self.target.message(delivery.id, payload)
        outcome = await post(self._http, message)
        tell = log.debug if outcome.error is None else log.info
        tell(
            "webhook.sent",
            webhook=str(delivery.webhook_id),
            delivery=str(delivery.id),
            status=outcome.status,
            milliseconds=outcome.duration,
            error=outcome.error,
        )
        if outcome.error is None:
            return Sent(delivery, message, outcome)
        await self._failed(delivery, message, outcome)
        return None

    async def _payload(self, delivery: Delivery) -> bytes | None:
        """None where it can't be made; who may repair that has until the last attempt."""
        try:
            return await self._means.composer.payload(self.target.webhook, delivery)
        except ArmatureError as error:
            why = error.message
        except Exception:
            log.exception("webhook.not_composed", delivery=str(delivery.id))
            why = NOT_COMPOSED
        await self._failed(delivery, None, Outcome(duration=0, error=why))
        return None

    async def _failed(self, delivery: Delivery, message: Message | None, outcome: Outcome) -> None:
        setback = await note_failure(self._means.db, delivery, message, outcome)
        self._means.tally.add("deliveries", "dead" if setback.dead else "retried", by=max(setback.dead, 1))
        if setback.failures is not None:
            self._failures = setback.failures
        if setback.is_left_alone:
            self.is_over = True

    async def _got_through(self) -> None:
        """A receiver that was tried with one gets all again."""
        if self._failures:
            self._failures = 0
            await note_recovery(self._means.db, self.target.webhook.id)
        if self.target.failures >= FAILING_FROM:
            self.is_over = True
