"""Those in one topic who are told the same, because they have asked the same and see the same."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from armature.core.errors import SchemaChanged, TimedOut, Unavailable
from armature.schema_builder.run.watched import WatchedTopic
from armature.server.live.again import Again
from armature.server.live.following import Following
from armature.server.live.sinks import entries_of
from armature.server.live.topics.notices import Spoken
from armature.server.live.topics.shown import Row
from armature.server.live.watch import AT_ONCE, PAUSE

if TYPE_CHECKING:
    from armature.server.live.places import Place
    from armature.server.live.topics.room import Room


KIND = "topic"
"""Of subscriptions, as they are counted."""


class Circle(ABC):
    """`_rows` is what is shown of the members that are in sight; `_looked_at` are all that were looked at."""

    def __init__(self, room: "Room", place: "Place", watched: WatchedTopic) -> None:
        self.followings: dict[Following, None] = {}
        self.running = Again(self._run)
        self._room = room
        self._place = place
        self._watched = watched
        self._told = watched.plan.meeting.told
        self._rows: dict[str, Row] = {}
        self._looked_at: set[str] = set()
        self.renewals = 0

    def add(self, following: Following) -> None:
        self.followings[following] = None

    def drop(self, following: Following) -> None:
        self.followings.pop(following, None)

    def renew(self) -> None:
        """What is shown of members may have changed, or who of them is in sight."""
        self.renewals += 1
        self._rows.clear()
        self._looked_at.clear()
        self.running.ask()

    @abstractmethod
    def hear(self, spoken: Spoken) -> None:
        """Something was said."""

    @abstractmethod
    def note(self) -> None:
        """Somebody has come or gone."""

    @abstractmethod
    async def work(self) -> None: ...

    async def tell(self, value: bytes, to: Iterable[Following]) -> None:
        result = b'{"data":{"%b":%b}}' % (self._watched.plan.meeting.key.encode(), value)
        for at, each in enumerate([*to]):
            if each in self.followings:
                self.send(each, result)
                self._place.live.counts.results[KIND] += 1
            if at % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)

    def send(self, following: Following, result: bytes) -> None:
        following.sink.next(result)

    async def look_at(self, callers: dict[str, str | None]) -> None:
        """At these callers, who are API keys where they have a name, before `row`."""
        await self._place.settled()  # whoever may no longer see this has left by then
        users = {each for each, key in callers.items() if key is None and self._watched.plan.members is not None}
        while unknown := users - self._looked_at:
            renewals, ids = self.renewals, [UUID(each) for each in unknown]
            found = await self._place.asked(KIND, partial(self._place.live.engine.members, self._watched, ids))
            if renewals == self.renewals:
                self._looked_at |= unknown
                self._rows.update((id_.hex, row) for id_, *row in found)

    def row(self, caller: str, key: str | None) -> Row | None:
        """What is shown of somebody; None where they are out of sight."""
        if key is not None:
            return ()
        if self._watched.plan.members is None:
            return None if self._watched.plan.meeting.members.of is None else ()
        return self._rows.get(caller)

    async def _run(self) -> None:
        try:
            await self.work()
        except (Unavailable, TimedOut):
            self.running.ask_later(PAUSE)
        except SchemaChanged as error:
            for watch in {each.watch for each in self.followings if each.watch is not None}:
                await watch.changed(error)
        except Exception as error:  # noqa: BLE001  entries_of logs what is none of the client's making
            entries = entries_of(error)
            for each in [*self.followings]:
                self._place.end(each, entries)
