"""A topic: whoever subscribes is let in when its record is found in sight, and put out when it no longer is."""

from typing import TYPE_CHECKING

from armature.events.channel import Announced
from armature.schema_builder.run.topics import TopicNotFound
from armature.schema_builder.run.watched import WatchedTopic
from armature.server.live.following import Following
from armature.server.live.topics.circle import KIND
from armature.server.live.watch import Watch

if TYPE_CHECKING:
    from armature.server.live.places import Place
    from armature.server.live.topics.room import Room

OUT_OF_SIGHT = b"null"


class TopicWatch(Watch):
    """`_waiting` are those who have not been let in yet, with what they have asked for."""

    kind = KIND
    watched: WatchedTopic

    def __init__(self, place: "Place", watched: WatchedTopic) -> None:
        super().__init__(place, watched)
        self._waiting: dict[Following, WatchedTopic] = {}
        self._inside: dict[Following, Room] = {}

    def add(self, following: Following, watched: WatchedTopic) -> None:
        self.followings[following] = None
        self._waiting[following] = watched
        self.running.ask()

    def drop(self, following: Following) -> None:
        super().drop(following)
        self._waiting.pop(following, None)
        if (room := self._inside.pop(following, None)) is not None:
            room.leave(following)

    def touch(self, announced: Announced | None) -> None:
        following, room = next(iter(self._inside.items()), (None, None))  # the others are told the same
        if following is not None and room is not None:
            room.renew(following)
        super().touch(announced)

    def pass_over(self, announced: Announced) -> None:
        """Nobody here is told of events."""

    def is_new(self, following: Following) -> bool:
        return following in self._waiting

    async def work(self) -> None:
        waiting = [*self._waiting]
        if self.followings and self.watched.sql is not None:
            found = await self.asked(lambda: self.place.live.engine.look(self.watched))
            await self.place.settled()  # whoever may no longer see this has left by then
            self.note_told(found == OUT_OF_SIGHT)
            if found == OUT_OF_SIGHT:
                self.fail(TopicNotFound())
                return
        for following in waiting:
            watched = self._waiting.pop(following, None)
            if watched is not None:
                self._inside[following] = room = self.place.live.rooms.room(watched.topic)
                room.enter(self.place, following, watched)
