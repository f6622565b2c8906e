"""What follows from events: written in the transaction that gives them their positions; both are there, or neither.

Adding one is a function here. It is given what is told of the events; what their records were and are is in the
workspace's table, by their positions. Where its transaction does not commit, it is called again with the same events.
"""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from armature.core.db import Connection
from armature.events.audited import put_down
from armature.events.numbering import Event

Consume = Callable[[Connection, UUID, str, Sequence[Event]], Awaitable[None]]
"""`consume(connection, workspace_id, schema, events)`, the events in order of position."""

CONSUMERS: tuple[Consume, ...] = (put_down,)
