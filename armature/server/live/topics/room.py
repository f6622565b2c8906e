"""One topic in this process: who of it is there by what connections, who is there elsewhere, and who is told.

What other processes say of a topic is counted. Whoever has missed something reads the topic anew, and what Valkey has
lost of what this process knew is put there again; nothing is right only because a message arrived.
"""

import asyncio
from collections.abc import Hashable, Mapping
from time import time
from typing import TYPE_CHECKING

import msgspec
import structlog

from armature.metadata.names import PRESENCE
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.run.watched import WatchedTopic
from armature.server.live.again import Again
from armature.server.live.channels import TROUBLE
from armature.server.live.following import Following
from armature.server.live.topics.attendance import Attendance, Callers, together
from armature.server.live.topics.board import Standing
from armature.server.live.topics.circle import Circle
from armature.server.live.topics.connected import Connected
from armature.server.live.topics.notices import Changed, Entry, Spoken, read_notice
from armature.server.live.topics.presence import PresenceCircle
from armature.server.live.topics.said import SaidCircle
from armature.server.live.topics.unhurried import Unhurried
from armature.server.live.watch import PAUSE

if TYPE_CHECKING:
    from armature.server.live.places import Place
    from armature.server.live.topics.rooms import Rooms

log = structlog.get_logger(__name__)


class Room:
    """`there` are those who are told of; `count` is how many there are in all. `is_known`: it was read, or can't be.

    `_unsent` is what Valkey has not been told yet; None: somebody is gone.
    """

    def __init__(self, rooms: "Rooms", topic: str) -> None:
        self.topic = topic
        self.tick = rooms.pace.tick
        self.turn = rooms.turn
        self.is_known = False
        self.there: Callers = {}
        self.count = 0
        self.reading = Again(self._read)
        self.noting = Unhurried(self.tick, self._note)
        self._rooms = rooms
        self._circles: dict[Hashable, Circle] = {}
        self._inside: dict[Following, Hashable] = {}
        self._connected: dict[str, Connected] = {}
        self._own: Callers = {}
        self._others: dict[str, Callers] = {}
        self._seq: int | None = None
        self._attendance = Attendance(rooms.pace.grace)
        self._unsent: dict[str, Entry | None] = {}
        self._putting = Again(self._put)
        self._is_putting = False

    @property
    def is_empty(self) -> bool:
        """And Valkey knows it."""
        return not self._inside and not self._unsent and not self._is_putting

    def enter(self, place: "Place", following: Following, watched: WatchedTopic) -> None:
        """Until `leave`."""
        circle = self._circles.get(watched.told_as)
        is_presence = watched.plan.meeting.does == PRESENCE
        if circle is None:
            kind = PresenceCircle if is_presence else SaidCircle
            circle = self._circles[watched.told_as] = kind(self, place, watched)
        circle.add(following)
        self._inside[following] = watched.told_as
        if is_presence:
            self._come(following, watched.state)
            self.noting.ask()

    def leave(self, following: Following) -> None:
        key = self._inside.pop(following)
        circle = self._circles[key]
        circle.drop(following)
        if not circle.followings:
            circle.running.cancel()
            del self._circles[key]
        self._go(following)
        self._rooms.check(self)

    def renew(self, following: Following) -> None:
        """What is shown of members to this one, and to those who are told the same."""
        self._circles[self._inside[following]].renew()

    # What Valkey says

    def begin(self) -> None:
        self.reading.ask()

    def hear(self, said: bytes) -> None:
        try:
            notice = read_notice(said)
        except msgspec.MsgspecError:
            log.warning("unreadable notice of a topic")
            return
        match notice:
            case Spoken():
                for circle in self._circles.values():
                    circle.hear(notice)
            case Changed():
                self._hear_change(notice)

    def _hear_change(self, changed: Changed) -> None:
        if self._seq is None or changed.seq > self._seq + 1:
            self.reading.ask()
        elif changed.seq == self._seq + 1:
            self._seq = changed.seq
            if changed.process != self._rooms.process:
                self._apply(changed.process, changed.entries)

    def _apply(self, process: str, entries: Mapping[str, Entry | None]) -> None:
        self._rooms.heard_of(process)
        known = self._others.setdefault(process, {})
        for caller, entry in entries.items():
            if entry is None:
                known.pop(caller, None)
            else:
                known[caller] = entry
        self.noting.ask()

    async def _read(self) -> None:
        before = self._seq
        try:
            standing = await self._rooms.board.read(self.topic)
        except TROUBLE:
            self.reading.ask_later(PAUSE)
        else:
            if before != self._seq and (standing.seq or 0) < (self._seq or 0):
                self.reading.ask()  # something was heard meanwhile that this does not know yet
                return
            self._take(standing)
        self.is_known = True
        self.noting.ask()

    def _take(self, standing: Standing) -> None:
        self._seq = standing.seq
        kept = standing.here.pop(self._rooms.process, {})
        self._others = standing.here
        for process in standing.here:
            self._rooms.heard_of(process)
        wrong = {each for each in kept.keys() | self._own.keys() if kept.get(each) != self._own.get(each)}
        self._say(*wrong)

    # What this process says

    def _come(self, following: Following, state: bytes | None) -> None:
        caller = following.sink.identity.actor
        if caller.id is None:
            return
        now = int(time() * 1_000)
        entry = Entry(now, now if state is not None else 0, key_name(caller), msgspec.Raw(state or b"null"))
        connected = self._connected.setdefault(caller.id.hex, Connected())
        connected.add(following, entry, has_state=state is not None)
        self._settle(caller.id.hex)

    def _go(self, following: Following) -> None:
        caller = following.sink.identity.actor
        if caller.id is not None and (connected := self._connected.get(caller.id.hex)) is not None:
            connected.drop(following)
            self._settle(caller.id.hex)

    def _settle(self, caller: str) -> None:
        """By all connections of a caller."""
        found = self._connected[caller].as_one
        if found == self._own.get(caller):
            return
        if found is None:
            del self._connected[caller], self._own[caller]
        else:
            self._own[caller] = found
        self._say(caller)
        self.noting.ask()

    def _say(self, *callers: str) -> None:
        if callers:
            self._unsent.update((each, self._own.get(each)) for each in callers)
            self._putting.ask()

    async def _put(self) -> None:
        sent, self._unsent = self._unsent, {}
        self._is_putting = True
        try:
            was_alive = await self._rooms.board.put(self.topic, sent)
        except TROUBLE:
            self._unsent = sent | self._unsent
            self._putting.ask_later(PAUSE)
        else:
            self._rooms.noticed(is_alive=was_alive)
        finally:
            self._is_putting = False
        self._rooms.check(self)

    # What is told

    def _note(self) -> None:
        loop = asyncio.get_running_loop()
        here = together(self._own, self._others, self._rooms.alive)
        until = self._attendance.note(here, loop.time())
        if until is not None:
            self.noting.ask_at(until)
        self.count = len(self._attendance.callers)
        self.there = self._attendance.first(self._rooms.pace.most_members)
        for circle in self._circles.values():
            circle.note()

    def close(self) -> None:
        self.noting.cancel()
        for each in (self.reading, self._putting, *(circle.running for circle in self._circles.values())):
            each.cancel()


def key_name(caller: Caller) -> str | None:
    """The name of an API key; None where it is a user."""
    return None if caller.api_key_id is None else caller.name or ""
