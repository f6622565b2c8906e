"""What is said, told to a circle; where much is said at once, together."""

from typing import TYPE_CHECKING

from armature.schema_builder.run.watched import WatchedTopic
from armature.server.live.topics.circle import Circle
from armature.server.live.topics.notices import Spoken
from armature.server.live.topics.shown import Row, message_json
from armature.server.live.topics.unhurried import Unhurried

if TYPE_CHECKING:
    from armature.server.live.places import Place
    from armature.server.live.topics.room import Room

MOST = 1_000
"""So much is kept while nobody can be told, and no more: it is of the moment."""


class SaidCircle(Circle):
    def __init__(self, room: "Room", place: "Place", watched: WatchedTopic) -> None:
        super().__init__(room, place, watched)
        self._heard: list[Spoken] = []
        self._telling = Unhurried(room.tick, self.running.ask)

    def hear(self, spoken: Spoken) -> None:
        if len(self._heard) < MOST:
            self._heard.append(spoken)
            self._telling.ask()

    def note(self) -> None:
        """What is said is all that is asked."""

    async def work(self) -> None:
        heard = [*self._heard]
        if not heard:
            return
        await self.look_at({each.by.id: each.by.key for each in heard if each.by is not None})
        del self._heard[: len(heard)]
        told = [message_json(self._told, each, self._row_of(each)) for each in heard]
        async with self._room.turn:
            await self.tell(b"[%b]" % b",".join(told), [*self.followings])

    def _row_of(self, spoken: Spoken) -> Row | None:
        return None if spoken.by is None else self.row(spoken.by.id, spoken.by.key)
