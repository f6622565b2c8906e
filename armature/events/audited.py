"""Records of objects that are audited: what was written to them stands in the audit log as well, chained like the rest.

Put down when their events get positions, in the same transaction: each event once, in order.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Text, any_, literal, select

from armature.core.db import Connection, fetch
from armature.events.names import qualified
from armature.events.numbering import Event
from armature.metadata.model import Object
from armature.metadata.store import load_snapshot
from armature.metadata.stored import stored
from armature.metadata.tables import objects
from armature.schema_builder.tables import column_name

UNTOLD = frozenset({"search_vector", "updatedAt"})
"""Fields that say nothing of interest."""

_EVENTS = """
SELECT at, action, "table", record, before::jsonb, after::jsonb, actor, request_id
FROM {events} WHERE position = ANY($1) ORDER BY position
"""

_PUT_DOWN = """
INSERT INTO armature.audit_entries (at, workspace_id, action, subject, before, after, acting)
SELECT * FROM jsonb_to_recordset($1) AS entry
    (at timestamptz, workspace_id uuid, action text, subject text, before jsonb, after jsonb, acting jsonb)
"""


async def put_down(connection: Connection, workspace_id: UUID, schema: str, events: Sequence[Event]) -> None:
    """Of the events just numbered, those of audited objects."""
    wanted = literal(sorted({each.table for each in events}), ARRAY(Text()))
    mine = (objects.c.workspace_id == workspace_id, objects.c.is_audited, objects.c.table_name == any_(wanted))
    audited = {row["table_name"] for row in await fetch(connection, select(objects.c.table_name).where(*mine))}
    if not audited:
        return
    snapshot = await load_snapshot(connection, workspace_id)
    by_table = {each.table: each for each in snapshot.objects.values()}
    positions = [each.position for each in events if each.table in audited]
    rows = await connection.fetch(_EVENTS.format(events=qualified(schema)), positions)
    entries = [_entry(workspace_id, by_table[row["table"]], row) for row in rows]
    await connection.execute(_PUT_DOWN, [each for each in entries if each["before"] or each["after"]])


def _entry(workspace_id: UUID, of: Object, row: Record) -> dict[str, Any]:
    """Of a record that was changed, only what has changed."""
    names = dict(_names(of))
    before, after = (_named(names, row[each]) for each in ("before", "after"))
    if before and after:
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        before, after = ({name: each[name] for name in each if name in changed} for each in (before, after))
    at: datetime = row["at"]
    return {
        "at": at,
        "workspace_id": workspace_id,
        "action": f"record.{row['action'].lower()}",
        "subject": f"{of.name_singular}/{row['record']}",
        "before": before or None,
        "after": after or None,
        "acting": _acting(row),
    }


def _names(of: Object) -> Iterator[tuple[str, str]]:
    """How the API calls what a column holds, by column."""
    for field in of.fields.values():
        for held in stored(field):
            name = f"{held.name}Id" if held.relation_id is not None else held.name
            if field.deleted_at is None and name not in UNTOLD:
                yield column_name(held), name


def _named(names: Mapping[str, str], image: dict[str, Any] | None) -> dict[str, Any]:
    return {names[column]: value for column, value in (image or {}).items() if column in names}


def _acting(row: Record) -> dict[str, Any]:
    """As core/acting.py tells it of other entries."""
    actor = row["actor"] or {}
    known = {
        "via": "api" if actor.get("userId") or actor.get("apiKeyId") else "server",
        "user_id": actor.get("userId"),
        "api_key_id": actor.get("apiKeyId"),
        "request_id": row["request_id"],
    }
    return {key: value for key, value in known.items() if value is not None}
