"""One subscription, as what it watches knows it."""

from typing import TYPE_CHECKING

from armature.schema_builder.run.answer import Operation
from armature.server.live.patches import Revisions
from armature.server.live.sinks import Sink

if TYPE_CHECKING:
    from armature.server.live.watch import Watch


class Following:
    """Of a live query, `told` is the digest of the last result and `since` the run before it was joined; of change
    events, `position` is that of the last one told or passed over, `known` the last there was when it began.
    """

    __slots__ = ("known", "operation", "owner", "position", "revisions", "since", "sink", "told", "watch")

    def __init__(self, operation: Operation, sink: Sink) -> None:
        self.operation = operation
        self.sink = sink
        self.owner = sink.identity.owner
        self.watch: Watch | None = None
        self.revisions: Revisions | None = None
        self.told: bytes | None = None
        self.since = 0
        self.position = 0
        self.known = 0

    @property
    def cost(self) -> int:
        """In records."""
        return 0 if self.watch is None else self.watch.watched.place.cost
