"""What a workspace's events hold, as PostgreSQL keeps them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from armature.core.db import Connection
from armature.events.names import qualified

_AFTER = """
SELECT position, at, action, "table", record, before::jsonb, after::jsonb, actor, request_id, causation_id, depth
FROM {events} WHERE position > $1 ORDER BY position LIMIT $2
"""


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
    """The next ones that have a position, in order."""
    return [Told(*row) for row in await connection.fetch(_AFTER.format(events=qualified(schema)), position, limit)]
