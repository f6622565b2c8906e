"""What a process does after a commit: it marks the workspace, beside the request and not in its way.

Who writes without a Valkey at hand (`armature import`, the triggers that keep members) leaves a notice in the
transaction, {"events": "<id of the workspace>"}; workers hear it and mark.
"""

import asyncio
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from armature.core.ending import end
from armature.events.marks import Marks

log = structlog.get_logger("armature.events")

REMEMBERED = 10_000
"""Workspaces; while Valkey is away, more than these are left to the sweep."""

PAUSE = 1.0  # seconds between two tries


class Committed:
    """`note` is called after each commit and costs next to nothing: one command marks all that gathered meanwhile."""

    def __init__(self, redis: Redis) -> None:
        self._marks = Marks(redis)
        self._noted: set[str] = set()
        self._marking: asyncio.Task[None] | None = None
        self._is_away = False

    def note(self, workspace_id: UUID) -> None:
        if len(self._noted) < REMEMBERED:
            self._noted.add(workspace_id.hex)
        if self._marking is None:
            self._marking = asyncio.create_task(self._mark())

    async def stop(self) -> None:
        """What is still noted is marked, if Valkey is there."""
        if self._marking is not None:
            await end([self._marking])
        await self._marked()

    async def _mark(self) -> None:
        try:
            while self._noted:
                if not await self._marked():
                    await asyncio.sleep(PAUSE)
        finally:
            self._marking = None

    async def _marked(self) -> bool:
        noted, self._noted = self._noted, set()
        if not noted:
            return True
        try:
            await self._marks.mark(noted)
        except (RedisError, OSError) as error:
            if not self._is_away:
                log.warning("events.unmarked", cause=repr(error))
            self._is_away = True
            self._noted |= noted
            return False
        except asyncio.CancelledError:
            self._noted |= noted
            raise
        self._is_away = False
        return True
