"""What this process hears of events: one connection to Valkey, for the workspaces that somebody listens to.

Valkey forgets what nobody hears. So whoever listens is told, too, when something may have been missed: after the
connection was lost, or where positions are not in a row.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from armature.events.channel import Announced, channel_of, read_announcement, workspace_of
from armature.server.live.again import Again

PATIENCE = 2.0  # seconds
HEARTBEAT = 10  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds

TROUBLE = (RedisError, OSError)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Heard:
    """`begun` is set while Valkey tells of the workspace; `last` is the last position that it told of."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    last: int | None = None


class Feed:
    """`on_events` is called with a workspace and what is announced, `on_missed` with one of which something was missed.

    Connects when the first workspace is followed.
    """

    def __init__(
        self, redis_url: str, on_events: Callable[[UUID, Announced], None], on_missed: Callable[[UUID], None]
    ) -> None:
        self._redis = Redis.from_url(
            redis_url,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=PATIENCE,
        )
        self._on_events = on_events
        self._on_missed = on_missed
        self._followed: dict[str, Heard] = {}
        self._asked: set[str] = set()
        self._pubsub: PubSub | None = None
        self._settling = Again(self._settle)
        self._task: asyncio.Task[None] | None = None

    async def follow(self, workspace_id: UUID) -> None:
        """Returns when nothing that happens from now on is missed.

        Where Valkey is away, it returns soon; what happened until it is back counts as missed then.
        """
        heard = self._followed.setdefault(channel_of(workspace_id), Heard())
        if self._task is None:
            self._task = asyncio.create_task(self._keep_listening())
        self._settling.ask()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await heard.begun.wait()

    def leave(self, workspace_id: UUID) -> None:
        self._followed.pop(channel_of(workspace_id), None)
        self._settling.ask()

    async def close(self) -> None:
        await self._settling.stop()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._redis.aclose()

    async def _settle(self) -> None:
        """Have Valkey tell of what is followed now, and of nothing else."""
        pubsub, wanted = self._pubsub, set(self._followed)
        if pubsub is None:
            return
        new, gone = wanted - self._asked, self._asked - wanted
        self._asked = wanted
        with suppress(*TROUBLE):  # who listens finds out, and connects again
            if new:
                await pubsub.subscribe(*new)
            if gone:
                await pubsub.unsubscribe(*gone)

    async def _keep_listening(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.ping()
                    pause = FIRST_PAUSE
                    await self._listen(pubsub)
            except TROUBLE as error:
                log.warning("events are not heard of", cause=repr(error))
            finally:
                self._pubsub = None
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _listen(self, pubsub: PubSub) -> None:
        self._asked, self._pubsub = set(), pubsub
        self._settling.ask()
        is_pinged = True
        while True:
            message: dict[str, Any] | None = await pubsub.get_message(timeout=HEARTBEAT)
            if message is not None:
                is_pinged = False
                if message["type"] in ("subscribe", "message"):
                    self._hear(message)
            elif is_pinged:
                raise RedisConnectionError("it has fallen silent")
            else:
                await pubsub.ping()
                is_pinged = True

    def _hear(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode()
        heard = self._followed.get(channel)
        if heard is None:
            return
        if message["type"] == "subscribe":
            self._begun(channel, heard)
            return
        try:
            announced = read_announcement(message["data"])
        except msgspec.MsgspecError:
            log.warning("unreadable announcement", channel=channel)
            return
        if heard.last is not None and announced.first > heard.last + 1:
            self._on_missed(workspace_of(channel))
        heard.last = max(announced.last, heard.last or 0)
        self._on_events(workspace_of(channel), announced)

    def _begun(self, channel: str, heard: Heard) -> None:
        """Perhaps once more, after the connection was lost; perhaps later than somebody has waited for it."""
        heard.begun.set()
        heard.last = None
        self._on_missed(workspace_of(channel))
