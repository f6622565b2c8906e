"""A live query: its result is sent whenever it has changed. While nothing happens, nothing is asked of PostgreSQL."""

import asyncio
from hashlib import blake2b
from typing import TYPE_CHECKING

from armature.events.channel import Announced
from armature.schema_builder.run.watched import WatchedQuery
from armature.server.live.following import Following
from armature.server.live.patches import Revisions
from armature.server.live.watch import AT_ONCE, Watch

if TYPE_CHECKING:
    from armature.server.live.places import Place


class QueryWatch(Watch):
    """Who joins during a run is told of the next one: the first answer is not older than the question."""

    kind = "query"
    watched: WatchedQuery

    def __init__(self, place: "Place", watched: WatchedQuery) -> None:
        super().__init__(place, watched)
        self._runs = 0

    def add(self, following: Following, watched: WatchedQuery) -> None:
        following.since = self._runs
        if watched.is_patched and following.revisions is None:
            following.revisions = Revisions()
        self.followings[following] = None
        self.running.ask()

    def pass_over(self, announced: Announced) -> None:
        """A query has no position."""

    def is_new(self, following: Following) -> bool:
        return following.told is None

    async def work(self) -> None:
        if not self.followings:
            return
        value = await self.asked(self._looked)
        await self.place.settled()  # whoever may no longer see this has left by then
        await self._tell(value)

    async def _looked(self) -> bytes:
        self._runs += 1
        return await self.place.live.engine.look(self.watched)

    async def _tell(self, value: bytes) -> None:
        """Those who have not been told this already."""
        digest = blake2b(value, digest_size=16).digest()
        result = b'{"data":{"%b":%b}}' % (self.watched.response_key.encode(), value)
        results = 0
        for at, each in enumerate([*self.followings]):
            if each.told != digest and each.since < self._runs and each.watch is self:
                each.told = digest
                results += 1
                each.sink.renew(_message(each, result))
            if at % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        self.note_told(results)


def _message(following: Following, result: bytes) -> bytes:
    """A patch is none to a client that never gets what it would change."""
    revisions = following.revisions
    if revisions is None:
        return result
    return revisions.whole(result) if following.sink.is_behind else revisions.next(result)
