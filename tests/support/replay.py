"""Events, played back: from what the tables held before they lead to what the tables hold now, or one is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from armature.core.db import Connection, render
from armature.metadata.formula.fields import is_formula
from armature.metadata.model import Object, Snapshot
from armature.schema_builder.event_table import EVENTS
from armature.schema_builder.run.fetch import PLACEHOLDER

Event = Mapping[str, Any]
Images = Mapping[str, Mapping[UUID, Any]]
"""By table and id, a row as an event has it."""


async def events_of(connection: Connection, snapshot: Snapshot) -> Sequence[Event]:
    """All there are, in the order in which they were written."""
    sql = render(select(EVENTS).order_by(EVENTS.c.seq)).sql.replace(PLACEHOLDER, snapshot.schema)
    return [
        {**each, **{name: _image(each[name]) for name in ("before", "after")}} for each in await connection.fetch(sql)
    ]


def _image(held: bytes | None) -> Any:
    return held and msgspec.json.decode(held)


async def images_of(connection: Connection, snapshot: Snapshot) -> Images:
    return {
        each.table: await _images_in(connection, f'{snapshot.schema}."{each.table}"')
        for each in snapshot.objects.values()
    }


async def _images_in(connection: Connection, table: str) -> Mapping[UUID, Any]:
    found = await connection.fetch(f"SELECT id, row_to_json(t) AS image FROM {table} t")  # noqa: S608
    return {row["id"]: _image(row["image"]) for row in found}


async def check_replay(connection: Connection, snapshot: Snapshot, before: Images) -> None:
    """Events lead from `before` to what is there now; formulas, which a trigger can't see, left out."""
    computed = {each.table: _formulas(each) for each in snapshot.objects.values()}

    def stored(table: str, image: Any) -> Any:
        return image and {name: value for name, value in image.items() if name not in computed[table]}

    def all_stored(images: Images) -> Images:
        return {
            table: {id_: stored(table, image) for id_, image in records.items()} for table, records in images.items()
        }

    events = [
        {**each, **{when: stored(each["table"], each[when]) for when in ("before", "after")}}
        for each in await events_of(connection, snapshot)
    ]
    assert replayed(all_stored(before), events) == all_stored(await images_of(connection, snapshot))


def _formulas(of: Object) -> set[str | None]:
    return {each.column for each in of.fields.values() if is_formula(each)}


def replayed(before: Images, events: Sequence[Event]) -> Images:
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


def told(events: Sequence[Event]) -> list[tuple[str, str, UUID]]:
    """Which action, in which table, on which record."""
    return [(each["action"], each["table"], each["record"]) for each in events]
