"""Who is there, told to a circle: all of them to whoever is new, and to the others what has changed."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from armature.schema_builder.run.watched import WatchedTopic
from armature.server.live.following import Following
from armature.server.live.topics.circle import Circle
from armature.server.live.topics.notices import Entry, Spoken
from armature.server.live.topics.shown import News, presence_json, present_json
from armature.server.live.watch import AT_ONCE

if TYPE_CHECKING:
    from armature.server.live.places import Place
    from armature.server.live.topics.room import Room

Shown = tuple[bytes, ...]


class PresenceCircle(Circle):
    """`_last` is what was told, `_made` what it was made of."""

    def __init__(self, room: "Room", place: "Place", watched: WatchedTopic) -> None:
        super().__init__(room, place, watched)
        self._new: set[Following] = set()
        self._last: dict[str, Shown] = {}
        self._made: dict[str, tuple[Entry, Shown]] = {}
        self._count = 0

    def add(self, following: Following) -> None:
        super().add(following)
        self._new.add(following)

    def drop(self, following: Following) -> None:
        super().drop(following)
        self._new.discard(following)

    def renew(self) -> None:
        self._made.clear()
        super().renew()

    def hear(self, _spoken: Spoken) -> None:
        """Who is there is all that is asked."""

    def note(self) -> None:
        self.running.ask()

    async def work(self) -> None:
        if not self._room.is_known:
            return
        there, total, renewals = self._room.there, self._room.count, self.renewals
        await self.look_at({caller: entry.key for caller, entry in there.items()})
        async with self._room.turn:
            now = await self._seen(there)
            if renewals == self.renewals:  # else this is run once more
                self._forget(now)
                await self._tell(now, total if self._watched.plan.meeting.members.are_all else len(now))

    async def _seen(self, there: Mapping[str, Entry]) -> dict[str, Shown]:
        found = {}
        for at, (caller, entry) in enumerate(there.items()):
            if (shown := self._shown(caller, entry)) is not None:
                found[caller] = shown
            if at % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        return found

    def _shown(self, caller: str, entry: Entry) -> Shown | None:
        known = self._made.get(caller)
        if known is not None and known[0] is entry:
            return known[1]
        row = self.row(caller, entry.key)
        if row is None:
            return None
        shown = present_json(self._told, caller, entry, row)
        self._made[caller] = entry, shown
        return shown

    def _forget(self, now: dict[str, Shown]) -> None:
        """Those who are no longer told of."""
        for caller in self._last.keys() - now.keys():
            self._made.pop(caller, None)
            self._rows.pop(caller, None)
            self._looked_at.discard(caller)

    async def _tell(self, now: dict[str, Shown], count: int) -> None:
        last, new = self._last, self._new
        old = [each for each in self.followings if each not in new]
        changed = [shown for caller, shown in now.items() if last.get(caller) != shown]
        left = [caller for caller in last if caller not in now]
        has_changed = bool(changed or left or count != self._count)
        self._new, self._last, self._count = set(), now, count
        behind = {each for each in old if each.sink.is_behind} if has_changed else set()
        if old and has_changed:
            news = News(False, changed, left, count)
            await self.tell(presence_json(self._told, news), [each for each in old if each not in behind])
        if new or behind:
            news = News(True, [*now.values()], (), count)
            await self.tell(presence_json(self._told, news), [*new, *behind])

    def send(self, following: Following, result: bytes) -> None:
        """In place of one that still waits: whoever is behind gets the whole, from which it goes on."""
        following.sink.renew(result)
