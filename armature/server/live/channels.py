"""What this process hears on Valkey: one connection, for the channels that somebody listens to.

Valkey forgets what nobody hears. So whoever listens is told, too, when it begins to hear: what was said before, also
while the connection was lost, may have been missed.
"""

import asyncio
from contextlib import suppress
from typing import Any, Protocol

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from armature.server.live.again import Again

PATIENCE = 2.0  # seconds
HEARTBEAT = 10  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds

TROUBLE = (RedisError, OSError)

log = structlog.get_logger(__name__)


class Listening(Protocol):
    """Somebody at one channel."""

    def begin(self) -> None:
        """From now on all is heard; perhaps once more, after the connection was lost."""

    def hear(self, said: bytes) -> None: ...


class Channels:
    """Connects when the first one is listened to. One listens at a channel."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(
            redis_url,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=PATIENCE,
        )
        self._listening: dict[str, Listening] = {}
        self._asked: set[str] = set()
        self._pubsub: PubSub | None = None
        self._settling = Again(self._settle)
        self._task: asyncio.Task[None] | None = None

    def listen(self, channel: str, who: Listening) -> None:
        self._listening[channel] = who
        self._asked.discard(channel)  # asked once more, Valkey says once more that it begins
        if self._task is None:
            self._task = asyncio.create_task(self._keep_listening())
        self._settling.ask()

    def leave(self, channel: str) -> None:
        self._listening.pop(channel, None)
        self._settling.ask()

    async def close(self) -> None:
        await self._settling.stop()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._redis.aclose()

    async def _settle(self) -> None:
        """Have Valkey tell of what is listened to now, and of nothing else."""
        pubsub, wanted = self._pubsub, set(self._listening)
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
                self._take(message)
            elif is_pinged:
                raise RedisConnectionError("it has fallen silent")
            else:
                await pubsub.ping()
                is_pinged = True

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] not in ("subscribe", "message"):
            return
        who = self._listening.get(message["channel"].decode())
        if who is not None:
            if message["type"] == "subscribe":
                who.begin()
            else:
                who.hear(message["data"])
