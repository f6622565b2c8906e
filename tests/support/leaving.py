"""Events left in a workspace's table by the test itself, as writes leave them."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from armature.core.db import Connection
from armature.events.names import qualified

_LEAVE = """
INSERT INTO {events} (action, "table", record, before, after)
SELECT 'UPDATED', $2, record, NULL, jsonb_build_object('id', record, 'number', number)
FROM unnest($1::uuid[]) WITH ORDINALITY AS given (record, number)
"""


async def leave(connection: Connection, schema: str, records: Sequence[UUID] | int, table: str = "companies") -> None:
    """An event for each record, in this order; of so many new ones, for a number."""
    of = [uuid4() for _ in range(records)] if isinstance(records, int) else list(records)
    await connection.execute(_LEAVE.format(events=qualified(schema)), of, table)
