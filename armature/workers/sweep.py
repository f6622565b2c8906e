"""Finds what no mark tells of: events whose mark was lost with a process, or with Valkey.

Every few seconds one query of PostgreSQL's statistics shows which workspaces have got events. All of them are looked
into only when a worker starts, and when PostgreSQL or Valkey may have forgotten what they knew.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from armature.core.db import Database, alone
from armature.core.ending import end
from armature.core.errors import NotFound
from armature.events.channel import CHANNELS, workspace_of
from armature.events.growth import grown, inserted, with_pending
from armature.workers.relay import GONE, TROUBLE, Relay, relay_batch

log = structlog.get_logger("armature.relay")

LOOK = 5.0
"""Seconds between two looks."""

ELSEWHERE = 0.05  # seconds until a workspace that another relay is at is looked at again


class Sweep:
    """What it finds goes to the relay. `forget` makes it look everywhere."""

    def __init__(self, db: Database, relay: Relay) -> None:
        self._db = db
        self._relay = relay
        self._known: dict[str, int] | None = None

    def forget(self) -> None:
        self._known = None

    @asynccontextmanager
    async def sweeping(self) -> AsyncIterator[None]:
        looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            await end([looking])

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self.look()
            except TROUBLE as error:
                log.warning("sweep.failed", cause=repr(error))
            except Exception:  # as in Relay
                log.exception("sweep.failed")
            await asyncio.sleep(LOOK)

    async def look(self) -> None:
        run = await self._run_with_gaps()
        if self._known is None or run is not None:
            await self._look_everywhere(run)
        else:
            async with self._db.connection() as connection:
                now = await inserted(connection)
            await self._hand_on(grown(self._known, now))
            self._known = now

    async def _run_with_gaps(self) -> str | None:
        """The run of Valkey where it does not know all marks."""
        try:
            run = await self._relay.marks.run_of_server()
            return None if await self._relay.marks.known_to() == run else run
        except (RedisError, OSError):
            return None

    async def _look_everywhere(self, run: str | None) -> None:
        """What is counted is counted first: events that come meanwhile are found by the next look."""
        async with alone(self._db) as connection:
            now = await inserted(connection)
            pending = await with_pending(connection, list(now))
        log.info("sweep.looked_everywhere", workspaces=len(now), pending=len(pending))
        await self._hand_on([*pending, *await self._listened_to()], run)
        self._known = now

    async def _listened_to(self) -> list[str]:
        """Who listens there may have missed a notice, and is told how far it is."""
        try:
            return [workspace_of(each).hex for each in await self._relay.marks.listened_to(CHANNELS)]
        except (RedisError, OSError):
            return []

    async def _hand_on(self, workspaces: Iterable[str], run: str | None = None) -> None:
        """Where there is no Valkey, nobody listens either; but what follows from events goes on."""
        found = list(workspaces)
        if not found and run is None:
            return
        try:
            await self._relay.marks.mark(found, all_known_to=run or "")
        except (RedisError, OSError):
            await relay_all(self._db, self._relay, found)


async def relay_all(db: Database, relay: Relay, workspaces: Iterable[str]) -> None:
    """A batch of each in turn, until nothing is pending."""
    line = deque(workspaces)
    while line:
        workspace = line.popleft()
        try:
            relayed = await relay_batch(db, UUID(hex=workspace), relay.consumers)
        except (*GONE, NotFound):
            continue
        if relayed is None:
            await asyncio.sleep(ELSEWHERE)
        if relayed is None or relayed.batch.is_cut:
            line.append(workspace)
