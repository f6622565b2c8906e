"""The topics that somebody of this process is in; and the process itself, as others know whether it is alive.

While nobody is in any, nothing is asked of Valkey.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from time import time

import msgspec
import structlog
from redis.asyncio import Redis

from armature.core.errors import LimitExceeded, Unavailable
from armature.core.settings import Settings, environment_name
from armature.schema_builder.run.said import Said
from armature.server.live.again import Again
from armature.server.live.channels import TROUBLE, Channels
from armature.server.live.topics.board import BEAT, Board
from armature.server.live.topics.notices import Speaking, Spoken, channel_of, encode
from armature.server.live.topics.room import Room, key_name

TICK = 0.1  # seconds
GRACE = 5.0  # seconds; clients take up to four until they connect again
ANEW = 60.0  # seconds; Valkey forgets topics that nobody looks at for some times as long

SAY_LIMITS = ("live_messages_of_caller", "live_messages")


log = structlog.get_logger(__name__)


class NobodyHears(Unavailable):
    def __init__(self) -> None:
        super().__init__("Nobody can be told anything just now.", hint="Try again in a moment.")


class TooMuchSaid(LimitExceeded):
    def __init__(self, whose: str, limit: int, setting: str) -> None:
        what = f"Messages {whose} to a topic in a second"
        super().__init__(what, limit=limit, actual=limit + 1, setting=environment_name(setting))


@dataclass(frozen=True, slots=True)
class Pace:
    """A topic is told anew after `tick` seconds at the soonest; who goes is there for `grace` seconds more."""

    most_members: int
    limits: tuple[int, int]
    tick: float = TICK
    grace: float = GRACE

    @classmethod
    def of(cls, settings: Settings) -> "Pace":
        return cls(settings.live_members, (settings.live_messages_of_caller, settings.live_messages))


class Rooms:
    """`alive` are the processes that are. Who has the `turn` tells others of a topic: one does so at a time."""

    def __init__(self, redis: Redis, channels: Channels, pace: Pace) -> None:
        self.board = Board(redis)
        self.pace = pace
        self.process = self.board.process
        self.turn = asyncio.Lock()
        self.alive: frozenset[str] = frozenset({self.process})
        self._channels = channels
        self._rooms: dict[str, Room] = {}
        self._beating = Again(self._beat)
        self._timer: asyncio.TimerHandle | None = None
        self._anew_at = 0.0

    def room(self, topic: str) -> Room:
        """That of a topic; `check` closes it when nobody is in it."""
        room = self._rooms.get(topic)
        if room is None:
            room = self._rooms[topic] = Room(self, topic)
            self._channels.listen(channel_of(topic), room)
            room.reading.ask()
            if self._timer is None:
                self._beating.ask()
        return room

    def check(self, room: Room) -> None:
        """Whether somebody is still in it."""
        if room.is_empty and self._rooms.get(room.topic) is room:
            del self._rooms[room.topic]
            self._channels.leave(channel_of(room.topic))
            room.close()

    async def say(self, said: Said) -> None:
        """Raises Unavailable, LimitExceeded."""
        caller = said.caller
        by = None if caller.id is None else Speaking(caller.id.hex, key_name(caller))
        message = encode(Spoken(int(time() * 1_000), by, msgspec.Raw(said.payload)))
        try:
            reached = await self.board.say(said.topic, by.id if by else "", message, self.pace.limits)
        except TROUBLE as error:
            raise NobodyHears from error
        if reached:
            whose = ("of one caller", "of all callers")[reached - 1]
            raise TooMuchSaid(whose, self.pace.limits[reached - 1], SAY_LIMITS[reached - 1])

    def heard_of(self, process: str) -> None:
        """It has said something."""
        if process not in self.alive:
            self.alive |= {process}

    def noticed(self, *, is_alive: bool) -> None:
        """Whether Valkey thought this process alive. If not, others have forgotten what it knows, or will."""
        if not is_alive:
            self._read_anew()

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._beating.stop()
        for room in self._rooms.values():
            room.close()
        if self._anew_at:
            with suppress(*TROUBLE):
                await self.board.leave()

    async def _beat(self) -> None:
        """As long as somebody is in a topic."""
        self._timer = None
        if not self._rooms:
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(BEAT, self._beating.ask)
        try:
            is_alive, alive = await self.board.beat()
        except TROUBLE as error:
            log.warning("topics are not heard of elsewhere", cause=repr(error))
        else:
            self._hear(alive, is_alive=is_alive)
        if loop.time() > self._anew_at:
            self._read_anew()

    def _hear(self, alive: frozenset[str], *, is_alive: bool) -> None:
        """Of processes."""
        self.noticed(is_alive=is_alive)
        if alive != self.alive:
            self.alive = alive
            for room in self._rooms.values():
                room.noting.ask()

    def _read_anew(self) -> None:
        self._anew_at = asyncio.get_running_loop().time() + ANEW
        for room in self._rooms.values():
            room.reading.ask()
