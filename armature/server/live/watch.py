"""What some watch together: asked of PostgreSQL once for all of them, again when something has happened."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from armature.core.errors import ArmatureError, SchemaChanged, TimedOut, Unavailable
from armature.events.channel import Announced
from armature.schema_builder.run.watched import Watched
from armature.server.live.again import Again
from armature.server.live.following import Following
from armature.server.live.sinks import entries_of

if TYPE_CHECKING:
    from armature.server.live.places import Place

T = TypeVar("T")

PAUSE = 1.0  # seconds until what could not be done is tried again
AT_ONCE = 200
"""So many are told before others have their turn."""


class Watch(ABC):
    """`version` is that of the newest model by which it was planned."""

    kind: ClassVar[str]

    def __init__(self, place: "Place", watched: Watched) -> None:
        self.place = place
        self.watched = watched
        self.version = watched.place.version
        self.followings: dict[Following, None] = {}
        self.running = Again(self._run)

    @abstractmethod
    def add(self, following: Following, watched: Any) -> None:
        """One whose own `watched` has the same key."""

    def drop(self, following: Following) -> None:
        del self.followings[following]

    def touch(self, _announced: Announced | None) -> None:
        """A table that it reads was touched; None: perhaps one was."""
        self.running.ask()

    @abstractmethod
    def pass_over(self, announced: Announced) -> None:
        """Other tables were touched."""

    @abstractmethod
    async def work(self) -> None:
        """What is to be done when it was touched, and when somebody has joined."""

    @abstractmethod
    def is_new(self, following: Following) -> bool:
        """Whether it waits for a first answer, and is told what stands in its way."""

    async def settled(self) -> None:
        """Returns when nothing is to be asked any more."""
        await self.running.settled()

    async def stop(self) -> None:
        await self.running.stop()

    async def asked(self, question: Callable[[], Awaitable[T]]) -> T:
        """One at a time of so many, and none too long."""
        return await self.place.asked(self.kind, question)

    def note_told(self, results: int) -> None:
        """Of one statement."""
        counts = self.place.live.counts
        counts.results[self.kind] += results
        counts.unchanged[self.kind] += not results

    async def changed(self, error: SchemaChanged) -> None:
        """The tables are not what the plan took them for."""
        try:
            newest = await self.place.live.engine.newest_version(self.place.workspace_id)
        except ArmatureError as worse:
            self.fail(worse)
            return
        if newest == self.version:
            self.fail(error)
        else:
            self.place.planning.ask()

    def fail(self, error: Exception, concerns: Callable[[Following], bool] = lambda _: True) -> None:
        entries = entries_of(error)
        for each in [*self.followings]:
            if concerns(each):
                self.place.end(each, entries)

    async def _run(self) -> None:
        try:
            await self.work()
        except (Unavailable, TimedOut) as error:
            self.fail(error, self.is_new)
            self.running.ask_later(PAUSE)
        except SchemaChanged as error:
            await self.changed(error)
        except Exception as error:  # noqa: BLE001  entries_of logs what is none of the client's making
            self.fail(error)
