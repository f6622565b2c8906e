"""One subscription, as what it watches knows it."""

from typing import TYPE_CHECKING

from armature.schema_builder.run.answer import Operation
from armature.server.live.patches import Revisions
from armature.server.live.sinks import Sink

if TYPE_CHECKING:
    from armature.server.live.watch import Watch


class Following:
    """Of a live query, `told` is the digest of the last result and `since` the run before it was joined; of change
    events, `start` is the position that the client asks to go on after, `position` that of the last one told or passed
    over.
    """

    __slots__ = ("operation", "position", "revisions", "since", "sink", "start", "told", "watch")

    def __init__(self, operation: Operation, sink: Sink) -> None:
        self.operation = operation
        self.sink = sink
        self.watch: Watch | None = None
        self.revisions: Revisions | None = None
        self.told: bytes | None = None
        self.since = 0
        self.start: int | None = None
        self.position: int | None = None

    @property
    def cost(self) -> int:
        """In records."""
        return 0 if self.watch is None else self.watch.watched.place.cost
