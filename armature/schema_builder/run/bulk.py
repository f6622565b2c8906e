"""A bulk create: any number of records by a few statements, one column at a time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from armature.core.db import Connection
from armature.core.errors import BadUserInput
from armature.metadata.kinds import KINDS
from armature.schema_builder.compile.comparisons import sql_type
from armature.schema_builder.compile.fit import unfit
from armature.schema_builder.compile.write_statement import bulk_insert, find_ids
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.view import ObjectView, Plain, ToOne, View

Row = Mapping[str, Any]


class RowsRefused(BadUserInput):
    """`at` counts from 0, as in `data`."""

    def __init__(self, at: int, field: str, what: str) -> None:
        super().__init__(f"data[{at}].{field}: {what}", field=field, path=("data", at, field))


async def insert_rows(
    connection: Connection, view: View, of: ObjectView, schema: str, rows: Sequence[Row]
) -> Sequence[UUID]:
    """Insert all of them, in the caller's transaction; the ids in the order of `rows`."""
    values: dict[str, list[Any]] = {"id": [row.get("id") or uuid7() for row in rows]}
    for entry in _entries_given(of, rows):
        if isinstance(entry, ToOne):
            key = await _keys(connection, view, schema, entry, rows)
            values[entry.near] = key
        else:
            values[entry.column] = [_sent(entry, at, _value(entry, row)) for at, row in enumerate(rows)]
    by_column = {entry.column: entry for entry in of.entries.values() if isinstance(entry, Plain)}
    columns = [(column, sql_type(by_column[column].scalar)) for column in values]
    sql, arguments = prepared(bulk_insert(of, columns), schema, values)
    await connection.execute(sql, *arguments)
    return values["id"]


def _entries_given(of: ObjectView, rows: Sequence[Row]) -> Iterable[Plain | ToOne]:
    """The entries that any row gives, a relation by its ToOne entry however it is given."""
    names = {name.removesuffix("Id") if _is_key(of, name) else name for row in rows for name in row}
    for name, entry in of.writable.items():
        if name in names and name != "id" and not _is_key(of, name) and isinstance(entry, Plain | ToOne):
            yield entry


def _is_key(of: ObjectView, name: str) -> bool:
    entry = of.writable[name]
    return isinstance(entry, Plain) and entry.field.relation_id is not None


def _sent(entry: Plain, at: int, value: Any) -> Any:
    """What the statement takes: documents as text."""
    if value is None:
        return None
    if problem := unfit(entry, value):
        raise RowsRefused(at, entry.name, f"it must be {problem}.")
    return msgspec.json.encode(value).decode() if entry.scalar == "JSON" else value


def _value(entry: Plain, row: Row) -> Any:
    if entry.name in row:
        return row[entry.name]
    field = entry.field
    return KINDS[field.kind].default_value(field.default, field.settings)


async def _keys(
    connection: Connection, view: View, schema: str, entry: ToOne, rows: Sequence[Row]
) -> list[UUID | None]:
    """The id each row refers to by this relation. Raises RowsRefused where a record is not there."""
    wanted = [_wanted(entry, at, row) for at, row in enumerate(rows)]
    to = view[entry.target]
    found: dict[tuple[str, Any], UUID] = {}
    for by in sorted({want[0] for want in wanted if want}):
        values = {"values": list({want[1] for want in wanted if want and want[0] == by})}
        sql, arguments = prepared(find_ids(to, to.unique_entries[by]), schema, values)
        found |= {(by, row[0]): row[1] for row in await connection.fetch(sql, *arguments)}
    for at, want in enumerate(wanted):
        if want and want not in found:
            raise RowsRefused(at, entry.name, f"there is no {to.object.label_singular} with {want[0]} {want[1]}.")
    return [found[want] if want else None for want in wanted]


def _wanted(entry: ToOne, at: int, row: Row) -> tuple[str, Any] | None:
    """By which unique field, and which value of it, a row refers to a record."""
    key = f"{entry.name}Id"
    if entry.name in row and key in row:
        raise RowsRefused(at, entry.name, f'give it or "{key}", not both.')
    if entry.name not in row:
        return ("id", row[key]) if row.get(key) is not None else None
    given = row[entry.name] or {}
    if "disconnect" in given:
        if given["disconnect"] is not True:
            raise RowsRefused(at, entry.name, "disconnect takes true.")
        return None
    connect = given.get("connect") or {}
    where = connect if "id" in connect else connect.get("where") or {}
    if not where or None in where.values():
        raise RowsRefused(at, entry.name, "connect takes an id or a unique field.")
    (name, value), *_ = where.items()
    return name, value
