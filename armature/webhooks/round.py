"""One worker's round with one webhook: what is due is taken ahead and sent, until nothing is or the receiver fails."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

import httpx2

from armature.webhooks.delivery import Delivery
from armature.webhooks.ledger import take
from armature.webhooks.sending import opened_transport
from armature.webhooks.target import Target, target_of
from armature.webhooks.turn import Means, Turn

MOMENT = 0.05  # seconds until what came, or was done, is worth a look by itself
NEVER = datetime.max.replace(tzinfo=UTC)


class Round:
    """`stir` it when something more is due. It is ours until `held_until`, of this machine's monotonic clock."""

    def __init__(self, means: Means, webhook_id: UUID, held_until: float) -> None:
        self._means = means
        self._webhook_id = webhook_id
        self.held_until = held_until
        self._news = asyncio.Event()
        self._is_stirred = False

    def stir(self) -> None:
        self._is_stirred = True
        self._news.set()

    async def run(self) -> datetime | None:
        """Until when all that was due was sent; None where some was left for later, or for others."""
        async with opened_transport(self._means.networks) as http:
            while self._is_ours():
                target = await self._target()
                if target is None:
                    return NEVER
                if target.is_left_alone:
                    return None
                done_until = await self._served(http, target)
                if done_until is not None:
                    return done_until
        return None

    def _is_ours(self) -> bool:
        return monotonic() < self.held_until

    async def _served(self, http: httpx2.AsyncBaseTransport, target: Target) -> datetime | None:
        """None where the webhook is another one now."""
        turn = Turn(self._means, http, target, self._news.set, self._is_ours)
        try:
            return await self._serve(turn)
        finally:
            await turn.end()

    async def _serve(self, turn: Turn) -> datetime | None:
        at = turn.target.at
        while True:
            turn.begin(await self._taken(turn))
            if not turn:
                return at
            await self._until_worth_a_look(turn)
            target = await self._target()
            if turn.is_over or target is None or target != turn.target or not self._is_ours():
                await turn.over()
                return None
            at = target.at

    async def _target(self) -> Target | None:
        """What comes from now on is news."""
        self._news.clear()
        self._is_stirred = False
        async with self._means.db.connection() as connection:
            return await target_of(connection, self._means.sealing, self._webhook_id)

    async def _taken(self, turn: Turn) -> list[Delivery]:
        webhook, room = turn.target.webhook, turn.room
        if not room:
            return []
        async with self._means.db.connection() as connection:
            found = await take(connection, webhook.id, turn.under_way, room, is_ordered=webhook.is_ordered)
        return await self._means.composer.prepared(webhook, found)

    async def _until_worth_a_look(self, turn: Turn) -> None:
        """Most of what is under way is done, or something came that may go at once; or a moment after what came, or was
        done, if that lets more be sent.
        """
        few = len(turn) // 4
        await self._news.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(MOMENT):
                await self._until(lambda: turn.is_over or len(turn) <= few or (self._is_stirred and turn.has_free_slot))
        await self._until(lambda: turn.is_over or len(turn) <= few or self._is_stirred or turn.has_free_slot)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        """Asked whenever there is news."""
        while not is_so():
            self._news.clear()
            await self._news.wait()
