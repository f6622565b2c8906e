"""Who watches what, by workspace: when something has happened, those are asked again whom it concerns.

Who watches the same (schema_builder/run/watched.py says what that is) is told together.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from armature.core.db import Database
from armature.core.errors import LimitExceeded, TimedOut, Unavailable
from armature.core.notices import Listener
from armature.core.settings import Settings, environment_name
from armature.events.channel import Announced
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.watched import Watched, WatchedEvents, WatchedQuery, WatchedTopic
from armature.server.live.again import Again
from armature.server.live.channels import Channels
from armature.server.live.counts import Counts
from armature.server.live.event_watch import EventWatch, begin
from armature.server.live.feed import Feed
from armature.server.live.following import Following
from armature.server.live.query_watch import QueryWatch
from armature.server.live.sinks import Sink, entries_of
from armature.server.live.topic_watch import TopicWatch
from armature.server.live.topics.rooms import Rooms
from armature.server.live.watch import AT_ONCE, PAUSE, Watch

T = TypeVar("T")

WATCHES: Mapping[type[Watched], Callable[..., Watch]] = {
    WatchedQuery: QueryWatch,
    WatchedEvents: EventWatch,
    WatchedTopic: TopicWatch,
}

PART = 4
"""This part of the connections to PostgreSQL may be busy with subscriptions."""


class TooManySubscriptions(LimitExceeded):
    def __init__(self, limit: int) -> None:
        setting = environment_name("live_subscriptions_of_caller")
        super().__init__("Subscriptions of this caller", limit=limit, actual=limit + 1, setting=setting)


class Live:
    """The subscriptions of one process. No more than `gate` lets in ask PostgreSQL at once, for `patience` seconds."""

    def __init__(
        self, db: Database, engine: Engine, listener: Listener, channels: Channels, rooms: Rooms, settings: Settings
    ) -> None:
        self._db = db
        self.engine = engine
        self.rooms = rooms
        self.patience = settings.request_timeout
        self.at_once = max(1, settings.database_pool_size // PART)
        self.gate = asyncio.Semaphore(self.at_once)
        self.certain: list[Callable[[UUID], Awaitable[None]]] = []
        self._feed = Feed(channels, self._on_events, self._on_missed)
        self.counts = Counts()
        self.places: dict[UUID, Place] = {}
        self._most_of_caller = settings.live_subscriptions_of_caller
        self._by_owner: Counter[str] = Counter()
        listener.on_notice(self._on_notice)
        listener.on_missed(self._on_models_missed)

    async def follow(self, operation: Operation, sink: Sink) -> Following | None:
        """Until `leave`; None where the operation is no subscription. Raises Refused, ArmatureError.

        Whatever is told first has been read after the process has begun to hear of events. Of change events, those that
        get a position after it has returned are told.
        """
        identity = sink.identity
        asked = await self.engine.watched(operation, identity.workspace_id, identity.actor)
        if asked is None:
            return None
        if self._by_owner[identity.owner] >= self._most_of_caller:
            raise TooManySubscriptions(self._most_of_caller)
        following = Following(operation, sink)
        self._by_owner[following.owner] += 1
        place = self.places.setdefault(identity.workspace_id, Place(self, identity.workspace_id))
        place.followings[following] = None
        try:
            await self._feed.follow(identity.workspace_id)
            if isinstance(asked, WatchedEvents):
                await begin(following, asked, self._db)
            watched = await self.engine.watched(operation, identity.workspace_id, sink.identity.actor)
            assert watched is not None  # noqa: S101  it was there before
            place.join(following, watched)
        except BaseException:
            self.leave(following, identity.workspace_id)
            raise
        return following

    def leave(self, following: Following, workspace_id: UUID) -> None:
        """May be called again."""
        place = self.places.get(workspace_id)
        if place is None or following not in place.followings:
            return
        place.part(following)
        del place.followings[following]
        self._by_owner[following.owner] -= 1
        if not self._by_owner[following.owner]:
            del self._by_owner[following.owner]
        if not place.followings:
            del self.places[workspace_id]
            self._feed.leave(workspace_id)

    def before_telling(self, wait: Callable[[UUID], Awaitable[None]]) -> None:
        """It returns when it is certain who may be told what happens in a workspace, as far as it is concerned."""
        self.certain.append(wait)

    def plan_again(self, workspace_id: UUID) -> None:
        """Somebody there sees something else than before."""
        if (place := self.places.get(workspace_id)) is not None:
            place.planning.ask()

    async def close(self) -> None:
        for place in self.places.values():
            await place.planning.stop()
            for watch in place.watches.values():
                await watch.stop()

    def _on_events(self, workspace_id: UUID, announced: Announced) -> None:
        if (place := self.places.get(workspace_id)) is not None:
            concerned = place.reading(announced.tables)
            for watch in place.watches.values():
                (watch.touch if watch in concerned else watch.pass_over)(announced)

    def _on_missed(self, workspace_id: UUID) -> None:
        if (place := self.places.get(workspace_id)) is not None:
            for watch in place.watches.values():
                watch.touch(None)

    def _on_notice(self, notice: dict[str, Any]) -> None:
        if "workspace" in notice:
            self.plan_again(UUID(notice["workspace"]))

    def _on_models_missed(self) -> None:
        for place in self.places.values():
            place.planning.ask()


class Place:
    """A workspace that somebody listens to: what is watched there, by key and by the tables that it reads.

    Its `gate` leaves half of the connections that subscriptions may have to others.
    """

    def __init__(self, live: Live, workspace_id: UUID) -> None:
        self.live = live
        self.workspace_id = workspace_id
        self.followings: dict[Following, None] = {}
        self.watches: dict[Hashable, Watch] = {}
        self.planning = Again(self._plan)
        self.gate = asyncio.Semaphore(max(1, live.at_once // 2))
        self._by_table: defaultdict[str, set[Watch]] = defaultdict(set)

    async def asked(self, kind: str, question: Callable[[], Awaitable[T]]) -> T:
        """For subscriptions of a kind; one at a time of so many, and none too long."""
        live = self.live
        try:
            async with self.gate, live.gate, asyncio.timeout(live.patience):
                live.counts.runs[kind] += 1
                return await question()
        except TimeoutError as error:
            raise TimedOut(live.patience) from error

    def reading(self, tables: Iterable[str]) -> set[Watch]:
        return set().union(*(self._by_table.get(each, ()) for each in tables))

    async def settled(self) -> None:
        """Returns when it is certain who may be told what."""
        for each in self.live.certain:
            await each(self.workspace_id)
        await self.planning.settled()

    def join(self, following: Following, watched: Watched) -> None:
        watch = self.watches.get(watched.key)
        if watch is None:
            watch = self.watches[watched.key] = WATCHES[type(watched)](self, watched)
            for table in watched.tables:
                self._by_table[table].add(watch)
        following.watch = watch
        watch.add(following, watched)

    def part(self, following: Following) -> None:
        watch, following.watch = following.watch, None
        if watch is None:
            return
        watch.drop(following)
        if not watch.followings:
            del self.watches[watch.watched.key]
            for table in watch.watched.tables:
                self._by_table[table].discard(watch)
                if not self._by_table[table]:
                    del self._by_table[table]

    def end(self, following: Following, entries: bytes) -> None:
        if following.watch is not None:
            self.live.leave(following, self.workspace_id)
            following.sink.fail(entries)

    async def _plan(self) -> None:
        """By a new model, or for callers who see something else of it; most will watch the same as before."""
        for at, following in enumerate([*self.followings]):
            if following.watch is not None:
                await self._plan_one(following)
            if at % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _plan_one(self, following: Following) -> None:
        actor = following.sink.identity.actor
        try:
            watched = await self.live.engine.watched(following.operation, self.workspace_id, actor)
            assert watched is not None  # noqa: S101  it is a subscription, as it was
        except Unavailable:
            self.planning.ask_later(PAUSE)
        except Exception as error:  # noqa: BLE001  entries_of logs what is none of the client's making
            self.end(following, entries_of(error))
        else:
            self._move(following, watched)

    def _move(self, following: Following, watched: Watched) -> None:
        watch = following.watch
        if watch is not None and watched.key == watch.watched.key:
            watch.version = watched.place.version
        elif watch is not None:
            self.part(following)
            self.join(following, watched)
