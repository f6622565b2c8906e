"""Which events there are, by their positions."""

from armature.core.db import Connection
from armature.events.names import qualified

KEPT = "SELECT coalesce(min(position), 0), coalesce(max(position), 0) FROM {events} WHERE position IS NOT NULL"


async def kept_positions(connection: Connection, schema: str) -> tuple[int, int]:
    """The first and the last position that there is, without gaps between them; 0 and 0 before the first event."""
    first, last = await connection.fetchrow(KEPT.format(events=qualified(schema))) or (0, 0)
    return first, last
