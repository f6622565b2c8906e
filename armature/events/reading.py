"""Events by their positions: what somebody has missed, or goes through from the beginning."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from armature.core.db import Connection
from armature.events.names import qualified

_AFTER = """
SELECT position, at, action, "table", record, before, after, actor, request_id, causation_id, depth
FROM {events} WHERE position > $1 ORDER BY position LIMIT $2
"""

_KEPT = "SELECT coalesce(min(position), 0), coalesce(max(position), 0) FROM {events} WHERE position IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Told:
    """A whole event. `before` and `after` are rows of the table, by the names of columns."""

    position: int
    at: datetime
    action: str
    table: str
    record: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    actor: dict[str, Any] | None
    request_id: str | None
    causation_id: UUID | None
    depth: int


async def events_after(connection: Connection, schema: str, position: int, limit: int) -> list[Told]:
    """The next ones, in order. Those before `kept_positions` are gone, and nothing here says so."""
    return [Told(*row) for row in await connection.fetch(_AFTER.format(events=qualified(schema)), position, limit)]


async def kept_positions(connection: Connection, schema: str) -> tuple[int, int]:
    """The first and the last position that there is, without gaps between them; 0 and 0 before the first event."""
    first, last = await connection.fetchrow(_KEPT.format(events=qualified(schema))) or (0, 0)
    return first, last
