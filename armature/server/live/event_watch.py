"""Change events: told to all who are as far as the watch by one statement a batch; who is behind catches up alone.

Every follower remembers the position that it has been told up to, so nobody is told anything twice or misses anything,
whatever happens between: a new model, a lost connection to Valkey, a batch that fails.
"""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from armature.core.db import Database
from armature.core.errors import ArmatureError, BadUserInput, SchemaChanged, TimedOut, Unavailable
from armature.events.channel import Announced
from armature.events.reading import kept_positions
from armature.schema_builder.compile.events_read import BATCH
from armature.schema_builder.run.engine import TELLING
from armature.schema_builder.run.watched import WatchedEvents
from armature.server.live.again import Again
from armature.server.live.following import Following
from armature.server.live.sinks import entries_of
from armature.server.live.watch import AT_ONCE, PAUSE, Watch

if TYPE_CHECKING:
    from armature.server.live.places import Place

Batch = Sequence[tuple[int, bytes | None]]


class EventsGone(ArmatureError):
    code = "EVENTS_GONE"

    def __init__(self, after: int, first: int) -> None:
        super().__init__(
            f"Events after position {after} are not all kept any more; the first one that is has position {first}.",
            hint="Read the records anew, and subscribe without `after`.",
            field="after",
        )


class NotYetThere(BadUserInput):
    def __init__(self, after: int, last: int) -> None:
        super().__init__(f"There is no event with position {after} yet; the last one has {last}.", field="after")


async def begin(following: Following, watched: WatchedEvents, db: Database) -> None:
    """Where it begins: what gets a position from now on is told. Raises NotYetThere, EventsGone, ArmatureError."""
    with TELLING:
        async with db.connection(watched.place.schema) as connection:
            first, last = await kept_positions(connection, watched.place.schema)
    resumed = following.operation.resume_after
    start = watched.start if resumed is None else resumed
    following.position, following.known = _begun(start, first, last), last


class EventWatch(Watch):
    """Of those who have begun. `_reached`: all events up to here have been looked at. `_level` are those who have been
    told of all of them.
    """

    kind = "events"
    watched: WatchedEvents

    def __init__(self, place: "Place", watched: WatchedEvents) -> None:
        super().__init__(place, watched)
        self._reached = 0
        self._announced = 0
        self._level: dict[Following, None] = {}
        self._catching: dict[Following, Again] = {}

    def add(self, following: Following, _watched: WatchedEvents) -> None:
        if not self.followings:
            self._reached = max(following.position, following.known)
        self.followings[following] = None
        catching = self._catching[following] = Again(partial(self._catch_up, following))
        catching.ask()

    def drop(self, following: Following) -> None:
        super().drop(following)
        self._level.pop(following, None)
        if (catching := self._catching.pop(following, None)) is not None:
            catching.cancel()

    def touch(self, announced: Announced | None) -> None:
        if announced is not None:
            self._announced = max(self._announced, announced.last)
        self.running.ask()

    def pass_over(self, announced: Announced) -> None:
        """What is in a row with what has been looked at need not be looked at."""
        if self._reached == announced.first - 1:
            self._reached = announced.last

    def is_new(self, _following: Following) -> bool:
        return False

    async def settled(self) -> None:
        for each in [*self._catching.values()]:
            await each.settled()
        await super().settled()

    async def stop(self) -> None:
        for each in [*self._catching.values()]:
            await each.stop()
        await super().stop()

    async def work(self) -> None:
        """Tell those who are level of what came next."""
        if not self._level:
            return
        before, announced = self._reached, self._announced
        batch = await self._read(before)
        if self._level:
            self._reached = max(self._reached, _reached(batch, before, announced))
            await self._tell([*self._level], batch)
        if len(batch) == BATCH:
            self.running.ask()

    async def _catch_up(self, following: Following) -> None:
        try:
            await self._caught_up(following)
        except (Unavailable, TimedOut):
            if (catching := self._catching.get(following)) is not None:
                catching.ask_later(PAUSE)
        except SchemaChanged as error:
            await self.changed(error)
        except Exception as error:  # noqa: BLE001  entries_of logs what is none of the client's making
            self.place.end(following, entries_of(error))

    async def _caught_up(self, following: Following) -> None:
        """A batch at a time, the next one when the client has read this one."""
        while following.watch is self:
            reached = self._reached
            if following.position >= reached:
                self._level[following] = None
                self._catching.pop(following, None)
                self.running.ask()
                return
            batch = await self._read(following.position)
            await self._tell([following], batch)
            following.position = max(following.position, _reached(batch, following.position, reached))
            await following.sink.sent()

    async def _read(self, after: int) -> Batch:
        batch = await self.asked(lambda: self.place.live.engine.events(self.watched, after))
        await self.place.settled()  # whoever may no longer see this has left by then
        return batch

    async def _tell(self, followings: Iterable[Following], batch: Batch) -> None:
        head = b'{"data":{"%b":' % self.watched.response_key.encode()
        told = [(position, b"%b%b}}" % (head, event)) for position, event in batch if event is not None]
        results = 0
        for at, each in enumerate(followings):
            for position, result in told:
                if each.watch is self and position > each.position:
                    each.position = position
                    results += 1
                    each.sink.next(result, position)
            if at % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        for each in followings:
            if batch and each.watch is self:
                each.position = max(each.position, batch[-1][0])
        self.note_told(results)


def _reached(batch: Batch, before: int, announced: int) -> int:
    """What was announced before a batch was read is in it, unless that is full."""
    last = batch[-1][0] if batch else before
    return last if len(batch) == BATCH else max(last, announced)


def _begun(start: int | None, first: int, last: int) -> int:
    if start is None:
        return last
    if start > last:
        raise NotYetThere(start, last)
    if start < first - 1:
        raise EventsGone(start, first)
    return start
