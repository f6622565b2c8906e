"""Sends what webhooks are to be told: takes those that have something due, each in a task of its own.

Receivers are independent: one that hangs keeps a task and connections of its own waiting, and no other. A webhook is in
one worker's hands at a time; one whose worker dies is taken by another, which sends what was under way again.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from uuid import UUID

import asyncpg
import structlog
from uuid_utils.compat import uuid7

from armature.core.acting import ACTING, Acting
from armature.core.db import UNREACHABLE
from armature.core.ending import end
from armature.core.errors import Unavailable
from armature.core.notices import Listener, Notice
from armature.webhooks import endpoints
from armature.webhooks.endpoints import Claimed
from armature.webhooks.round import Round
from armature.webhooks.turn import Means

log = structlog.get_logger("armature.webhooks")

AT_ONCE = 200
"""Webhooks in the hands of one worker."""

OF_A_WORKSPACE = AT_ONCE // 4
"""Of these: one whose receivers all hang leaves room for others. Claims may go a bit beyond."""

AT_A_TIME = 10
"""Webhooks claimed by one statement."""

LOOK = 5.0  # seconds between two looks where no notice comes
LEASE = endpoints.LEASE.total_seconds()
HEARTBEAT = LEASE / 5
BEHIND = 0.5  # seconds before looking again where something went wrong

TROUBLE = (Unavailable, *UNREACHABLE, asyncpg.PostgresError, asyncpg.InterfaceError)


class Courier:
    def __init__(self, means: Means, listener: Listener) -> None:
        self._means = means
        self._db = means.db
        self._holder: UUID = uuid7()
        self._rounds: dict[UUID, Round] = {}
        self._workspaces: dict[UUID, UUID] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._due = asyncio.Event()
        listener.on_notice(self._heard)
        listener.on_missed(self._missed)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What is under way at the end is given back, for others to send again."""
        loops = [asyncio.create_task(self._keep_taking()), asyncio.create_task(self._keep_alive())]
        try:
            yield
        finally:
            await end([*loops, *self._tasks])
            with suppress(*TROUBLE):
                await self._means.scribe.finish()
                await endpoints.give_back(self._db, self._holder)

    def _heard(self, notice: Notice) -> None:
        if endpoints.KEY in notice:
            self._stir(UUID(notice[endpoints.KEY]))
        elif "identity" in notice:
            self._stir_all(UUID(notice["identity"]))

    def _stir(self, webhook_id: UUID) -> None:
        found = self._rounds.get(webhook_id)
        if found is None:
            self._due.set()
        else:
            found.stir()

    def _stir_all(self, workspace_id: UUID) -> None:
        """It may be away, so that what was taken ahead is not sent, or back."""
        self._due.set()
        for webhook_id, each in self._workspaces.items():
            if each == workspace_id:
                self._rounds[webhook_id].stir()

    def _missed(self) -> None:
        self._due.set()
        for each in self._rounds.values():
            each.stir()

    async def _keep_taking(self) -> None:
        ACTING.set(Acting("worker"))
        while True:
            self._due.clear()
            try:
                pause = await self._taken()
            except Unavailable:  # the worker tells of it, once
                pause = BEHIND
            except TROUBLE:
                log.exception("webhooks.not_taken")
                pause = BEHIND
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._due.wait()

    async def _taken(self) -> float:
        """In how many seconds to look again."""
        while (free := AT_ONCE - len(self._rounds)) > 0:
            most, began = min(free, AT_A_TIME), monotonic()
            claimed = await endpoints.claim(self._db, self._holder, most, self._full())
            for each in claimed:
                self._begin(each, began + LEASE)
            if len(claimed) < most:
                break
        wait = await endpoints.seconds_to_next(self._db, self._full())
        return LOOK if wait is None or len(self._rounds) >= AT_ONCE else min(max(wait, BEHIND / 10), LOOK)

    def _full(self) -> list[UUID]:
        """Workspaces of which no more are taken for now."""
        return [each for each, count in Counter(self._workspaces.values()).items() if count >= OF_A_WORKSPACE]

    def _begin(self, claimed: Claimed, held_until: float) -> None:
        webhook_id, self._workspaces[claimed.webhook_id] = claimed
        self._rounds[webhook_id] = Round(self._means, webhook_id, held_until)
        task = asyncio.create_task(self._serve(webhook_id, self._rounds[webhook_id]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, webhook_id: UUID, serving: Round) -> None:
        """One that goes wrong is taken again in a while, if need be when its lease is over."""
        try:
            done_until = await serving.run()
            await endpoints.settle(self._db, self._holder, webhook_id, done_until)
        except Exception:
            log.exception("webhook.unclear", webhook=str(webhook_id))
            with suppress(*TROUBLE):
                await endpoints.put_off(self._db, self._holder, webhook_id)
        finally:
            del self._rounds[webhook_id], self._workspaces[webhook_id]
            self._due.set()

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            if self._rounds:
                with suppress(*TROUBLE):
                    await self._renew()

    async def _renew(self) -> None:
        """One that is in other hands now is ours no more: what was taken of it ahead is not sent."""
        began, rounds = monotonic(), dict(self._rounds)
        ours = await endpoints.renew(self._db, self._holder, rounds)
        for webhook_id, each in rounds.items():
            each.held_until = began + LEASE if webhook_id in ours else began
