"""Events get positions, and what follows from them, as the relay does it."""

from dataclasses import dataclass
from uuid import UUID

from armature.core.db import Database
from armature.webhooks.matching import Matching

NUMBER = """WITH pending AS (
  SELECT seq, row_number() OVER (ORDER BY seq) AS number FROM {}._events WHERE position IS NULL
) UPDATE {}._events e SET position = number + (SELECT coalesce(max(position), 0) FROM {}._events)
FROM pending p WHERE p.seq = e.seq RETURNING e.position, e.action, e."table" """


@dataclass(frozen=True)
class Event:
    position: int
    action: str
    table: str


async def number_events(db: Database, workspace_id: str, matching: Matching) -> None:
    id_ = UUID(workspace_id)
    schema = f"workspace_{id_.hex}"
    async with db.transaction() as connection:
        rows = await connection.fetch(NUMBER.replace("{}", schema))
        events = sorted((Event(*row) for row in rows), key=lambda each: each.position)
        if events:
            await matching.consume(connection, id_, schema, events)
