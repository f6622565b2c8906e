"""Events, played back: from what the tables held before they lead to what the tables hold now, or one is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import select

from armature.core.db import Connection, render
from armature.metadata.model import Snapshot
from armature.schema_builder.event_table import EVENTS
from armature.schema_builder.run.fetch import PLACEHOLDER

Images = Mapping[str, Mapping[UUID, Any]]
"""By table and id, a row as an event has it."""


async def events_of(connection: Connection, snapshot: Snapshot) -> Sequence[asyncpg.Record]:
    """All there are, in the order in which they were written."""
    sql = render(select(EVENTS).order_by(EVENTS.c.seq)).sql.replace(PLACEHOLDER, snapshot.schema)
    return await connection.fetch(sql)


async def images_of(connection: Connection, snapshot: Snapshot) -> Images:
    return {
        each.table: {
            UUID(row["image"]["id"]): row["image"]
            for row in await connection.fetch(f'SELECT to_jsonb(t) AS image FROM {snapshot.schema}."{each.table}" t')  # noqa: S608
        }
        for each in snapshot.objects.values()
    }


def replayed(before: Images, events: Sequence[asyncpg.Record]) -> Images:
    """What the tables hold after the events. Each must begin with what its record was at that moment."""
    found = {table: dict(records) for table, records in before.items()}
    for each in events:
        records = found[each["table"]]
        assert records.pop(each["record"], None) == each["before"], each
        assert (each["before"] is None) == (each["action"] == "CREATED"), each
        assert (each["after"] is None) == (each["action"] == "DESTROYED"), each
        if each["after"] is not None:
            records[each["record"]] = each["after"]
    return found


def told(events: Sequence[asyncpg.Record]) -> list[tuple[str, str, UUID]]:
    """Which action, in which table, on which record."""
    return [(each["action"], each["table"], each["record"]) for each in events]
