"""Live queries: any query as a subscription, whose result is sent whenever it has changed.

What is watched is run once for all who watch the same (schema_builder/run/watched.py says what that is), when an event
touches a table that it reads, one run after another: events that come meanwhile ask for one more. While nothing
happens, nothing is asked of PostgreSQL.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from hashlib import blake2b
from typing import Any
from uuid import UUID

import structlog

from armature.core.errors import ArmatureError, SchemaChanged, TimedOut, Unavailable
from armature.core.notices import Listener
from armature.core.settings import Settings
from armature.events.channel import Announced
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.watched import Watched
from armature.server.live.again import Again
from armature.server.live.feed import Feed
from armature.server.live.patches import Revisions
from armature.server.live.sinks import Sink, entries_of

PAUSE = 1.0  # seconds until what could not be done is tried again
AT_ONCE = 200
"""So many are told before others have their turn."""

PART = 4
"""This part of the connections to PostgreSQL may be busy with live queries."""

log = structlog.get_logger("armature.live")


class Following:
    """One subscription to a live query; `told` is the digest of what it was told last, `since` the run before it."""

    __slots__ = ("operation", "revisions", "since", "sink", "told", "watch")

    def __init__(self, operation: Operation, sink: Sink) -> None:
        self.operation = operation
        self.sink = sink
        self.watch: Watch | None = None
        self.revisions: Revisions | None = None
        self.told: bytes | None = None
        self.since = 0

    @property
    def cost(self) -> int:
        """In records."""
        return 0 if self.watch is None else self.watch.watched.cost


class LiveQueries:
    """Those of one process."""

    def __init__(self, engine: Engine, listener: Listener, settings: Settings) -> None:
        self.engine = engine
        self.patience = settings.request_timeout
        self.gate = asyncio.Semaphore(max(1, settings.database_pool_size // PART))
        self._feed = Feed(settings.redis_url or "", self._on_events, self._on_missed)
        self._places: dict[UUID, Place] = {}
        listener.on_notice(self._on_notice)
        listener.on_missed(self._on_models_missed)

    async def follow(self, operation: Operation, sink: Sink) -> Following | None:
        """Until `leave`; None where the operation is no subscription. Raises Refused, ArmatureError.

        The first result is of a run that begins after the process has begun to hear of events.
        """
        identity = sink.identity
        if await self.engine.watched(operation, identity.workspace_id, identity.actor) is None:
            return None
        following = Following(operation, sink)
        place = self._places.setdefault(identity.workspace_id, Place(self, identity.workspace_id))
        place.followings[following] = None
        try:
            await self._feed.follow(identity.workspace_id)
            watched = await self.engine.watched(operation, identity.workspace_id, sink.identity.actor)
            assert watched is not None  # noqa: S101  it was there before
            place.join(following, watched)
        except BaseException:
            self.leave(following, identity.workspace_id)
            raise
        return following

    def leave(self, following: Following, workspace_id: UUID) -> None:
        """May be called again."""
        place = self._places.get(workspace_id)
        if place is None or following not in place.followings:
            return
        place.part(following)
        del place.followings[following]
        if not place.followings:
            del self._places[workspace_id]
            self._feed.leave(workspace_id)

    def plan_again(self, workspace_id: UUID) -> None:
        """Somebody there sees something else than before."""
        if (place := self._places.get(workspace_id)) is not None:
            place.planning.ask()

    async def close(self) -> None:
        await self._feed.close()
        for place in self._places.values():
            await place.planning.stop()
            for watch in place.watches.values():
                await watch.running.stop()

    def _on_events(self, workspace_id: UUID, announced: Announced) -> None:
        if (place := self._places.get(workspace_id)) is not None:
            for watch in place.reading(announced.tables):
                watch.running.ask()

    def _on_missed(self, workspace_id: UUID) -> None:
        if (place := self._places.get(workspace_id)) is not None:
            for watch in place.watches.values():
                watch.running.ask()

    def _on_notice(self, notice: dict[str, Any]) -> None:
        if "workspace" in notice:
            self.plan_again(UUID(notice["workspace"]))

    def _on_models_missed(self) -> None:
        for place in self._places.values():
            place.planning.ask()


class Place:
    """A workspace that somebody listens to: what is watched there, by key and by the tables that it reads."""

    def __init__(self, live: LiveQueries, workspace_id: UUID) -> None:
        self.live = live
        self.workspace_id = workspace_id
        self.followings: dict[Following, None] = {}
        self.watches: dict[Hashable, Watch] = {}
        self.planning = Again(self._plan)
        self._by_table: defaultdict[str, set[Watch]] = defaultdict(set)

    def reading(self, tables: Iterable[str]) -> set["Watch"]:
        return set().union(*(self._by_table.get(each, ()) for each in tables))

    def join(self, following: Following, watched: Watched) -> None:
        """A run for it begins after now."""
        watch = self.watches.get(watched.key)
        if watch is None:
            watch = self.watches[watched.key] = Watch(self, watched)
            for table in watched.tables:
                self._by_table[table].add(watch)
        following.watch, following.since = watch, watch.runs
        if watched.is_patched and following.revisions is None:
            following.revisions = Revisions()
        watch.followings[following] = None
        watch.running.ask()

    def part(self, following: Following) -> None:
        watch, following.watch = following.watch, None
        if watch is None:
            return
        del watch.followings[following]
        if not watch.followings:
            del self.watches[watch.watched.key]
            for table in watch.watched.tables:
                self._by_table[table].discard(watch)
                if not self._by_table[table]:
                    del self._by_table[table]

    async def _plan(self) -> None:
        """By a new model, or for callers who see something else of it; most will watch the same as before."""
        for at, following in enumerate([*self.followings]):
            if following.watch is not None:
                await self._plan_one(following)
            if at % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _plan_one(self, following: Following) -> None:
        sink = following.sink
        try:
            watched = await self.live.engine.watched(following.operation, self.workspace_id, sink.identity.actor)
            assert watched is not None  # noqa: S101  it is a subscription, as it was
        except Unavailable:
            self.planning.ask_later(PAUSE)
        except Exception as error:  # noqa: BLE001  entries_of logs what is none of the client's making
            self.end(following, entries_of(error))
        else:
            watch = following.watch
            if watch is not None and watched.key == watch.watched.key:
                watch.version = watched.version
            elif watch is not None:
                self.part(following)
                self.join(following, watched)

    def end(self, following: Following, entries: bytes) -> None:
        if following.watch is not None:
            self.live.leave(following, self.workspace_id)
            following.sink.fail(entries)


class Watch:
    """What some watch together."""

    def __init__(self, place: Place, watched: Watched) -> None:
        self.watched = watched
        self.version = watched.version
        self.followings: dict[Following, None] = {}
        self.running = Again(self._run)
        self.runs = 0
        self._place = place

    async def _run(self) -> None:
        live = self._place.live
        try:
            async with live.gate:
                if not self.followings:
                    return
                self.runs += 1
                value = await self._looked()
        except (Unavailable, TimedOut) as error:
            self._fail(error, lambda each: each.told is None)
            self.running.ask_later(PAUSE)
        except SchemaChanged as error:
            await self._changed(error)
        except Exception as error:  # noqa: BLE001  as above
            self._fail(error, lambda _: True)
        else:
            await self._place.planning.settled()  # whoever may no longer see this has left by then
            await self._tell(value)

    async def _looked(self) -> bytes:
        live = self._place.live
        try:
            async with asyncio.timeout(live.patience):
                return await live.engine.look(self.watched)
        except TimeoutError as error:
            raise TimedOut(live.patience) from error

    async def _changed(self, error: SchemaChanged) -> None:
        try:
            newest = await self._place.live.engine.newest_version(self._place.workspace_id)
        except ArmatureError as worse:
            self._fail(worse, lambda _: True)
            return
        if newest == self.version:
            self._fail(error, lambda _: True)
        else:
            self._place.planning.ask()

    async def _tell(self, value: bytes) -> None:
        """Those who have not been told this already."""
        digest = blake2b(value, digest_size=16).digest()
        result = b'{"data":{"%b":%b}}' % (self.watched.response_key.encode(), value)
        for at, each in enumerate([*self.followings]):
            if each.told != digest and each.since < self.runs and each.watch is self:
                each.told = digest
                each.sink.next(result if each.revisions is None else each.revisions.next(result))
            if at % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)

    def _fail(self, error: Exception, concerns: Callable[[Following], bool]) -> None:
        entries = entries_of(error)
        for each in [*self.followings]:
            if concerns(each):
                self._place.end(each, entries)
