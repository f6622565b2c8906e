"""Events that are too old, or too many, go: the oldest first, so that there is no gap; never one without a position.

The last one stays for ever: the next position is counted from it.
"""

from datetime import timedelta

from armature.core.db import Connection
from armature.events.names import qualified

AT_ONCE = 1_000

# $2: from the oldest on, those up to this position may go for being too many, those older than $3 for being too old.
_FORGET = """
WITH oldest AS (
    SELECT ctid AS place, position, at <= now() - $3::interval OR position <= $2 AS may_go FROM {events}
    WHERE position > $1 AND position < (SELECT max(position) FROM {events} WHERE position IS NOT NULL)
    ORDER BY position LIMIT $4
), gone AS (
    DELETE FROM {events} AS event USING oldest
    WHERE event.ctid = oldest.place
    AND oldest.position < coalesce((SELECT min(position) FROM oldest WHERE NOT may_go), {beyond})
    RETURNING event.position
)
SELECT count(*) AS gone, max(position) AS last FROM gone
"""

BEYOND = 2**63 - 1


async def forget_events(connection: Connection, schema: str, lifetime: timedelta, may_go_until: int) -> int:
    """How many went, in small transactions, each a statement of its own."""
    statement = _FORGET.format(events=qualified(schema), beyond=BEYOND)
    last = 0
    forgotten = 0
    while True:
        found = await connection.fetchrow(statement, last, may_go_until, lifetime, AT_ONCE)
        assert found is not None  # noqa: S101  it counts
        forgotten += int(found["gone"])
        if found["gone"] < AT_ONCE:
            return forgotten
        last = found["last"]
