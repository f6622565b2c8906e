"""Events get their positions: the order in which everything downstream sees them, gap-free in each workspace.

An event's `seq` is taken while its record is locked, so it is in order per record; but a smaller one may become visible
after a larger one. So what is visible is numbered in order of `seq`, by one at a time for each workspace.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from armature.core.db import Connection
from armature.events.names import qualified

_LOCK = "SELECT pg_try_advisory_xact_lock($1)"

# At most $1 events, and so many that what they say is no more than $2 bytes; one there may always be. Rows are found
# again by where they are, and not by their numbers: statistics of a table in which nothing waited a moment ago would
# make PostgreSQL compare each with each. Nobody else moves them meanwhile.
NUMBER = """
WITH pending AS (
    SELECT ctid AS place, seq, coalesce(pg_column_size(before), 0) + coalesce(pg_column_size(after), 0) AS size
    FROM {events} WHERE position IS NULL ORDER BY seq LIMIT $1
), counted AS (
    SELECT place, row_number() OVER in_order AS number, sum(size) OVER in_order AS size
    FROM pending WINDOW in_order AS (ORDER BY seq)
), numbered AS (
    UPDATE {events} AS event
    SET position = counted.number + (SELECT coalesce(max(position), 0) FROM {events} WHERE position IS NOT NULL)
    FROM counted
    WHERE event.ctid = counted.place AND (counted.size <= $2 OR counted.number = 1)
    RETURNING event.position, event.at, event.action, event."table", event.record, event.causation_id, event.depth
)
SELECT *, (SELECT count(*) FROM pending) AS seen FROM numbered ORDER BY position
"""

_LAST = "SELECT coalesce(max(position), 0) FROM {events} WHERE position IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Event:
    """What is told of an event without what the record was and is: that stays in the table."""

    position: int
    at: datetime
    action: str
    table: str
    record: UUID
    causation_id: UUID | None
    depth: int


@dataclass(frozen=True, slots=True)
class Batch:
    """In order of position. Where it `is_cut`, there are more."""

    events: Sequence[Event]
    is_cut: bool


async def lock_numbering(connection: Connection, workspace_id: UUID) -> bool:
    """Whether nobody else numbers this workspace's events; then nobody will until this transaction ends."""
    digest = blake2b(b"numbering" + workspace_id.bytes, digest_size=8).digest()
    locked: bool = await connection.fetchval(_LOCK, int.from_bytes(digest, signed=True))
    return locked


async def number(connection: Connection, schema: str, rows: int, size: int) -> Batch:
    """Needs `lock_numbering`, in an earlier statement: this one must see what whoever had the lock has done."""
    found = await connection.fetch(NUMBER.format(events=qualified(schema)), rows, size)
    events = [Event(*tuple(row)[:-1]) for row in found]
    return Batch(events, bool(events) and (found[0]["seen"] == rows or len(events) < found[0]["seen"]))


async def last_position(connection: Connection, schema: str) -> int:
    """0 before the first."""
    found: int = await connection.fetchval(_LAST.format(events=qualified(schema)))
    return found
