"""Events that are too old, too many or too large together go: the oldest first, so that there is no gap; never one
without a position.

The last one stays for ever: the next position is counted from it.
"""

from datetime import timedelta

from armature.core.db import Connection
from armature.events.names import qualified

AT_ONCE = 1_000

# $2: from the oldest on, those up to this position may go for being too much, those older than $3 for being too old.
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

# The newest are added up until it is too much; only where the table with all that belongs to it has grown beyond that.
_TOO_LARGE = """
SELECT coalesce(max(position), 0) FROM (
    SELECT position, sum({row} + coalesce(pg_column_size(before), 0) + coalesce(pg_column_size(after), 0))
        OVER (ORDER BY position DESC) AS so_far
    FROM {events} WHERE position IS NOT NULL
) AS event
WHERE so_far > $1 AND (SELECT pg_total_relation_size('{events}')) > $1
"""

ROW = 250
"""What an event takes besides its images, in bytes, its places in indexes included."""


async def too_large(connection: Connection, schema: str, size: int) -> int:
    """The position up to which events go where their workspace keeps no more than so many bytes of them."""
    found: int = await connection.fetchval(_TOO_LARGE.format(events=qualified(schema), row=ROW), size)
    return found


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
