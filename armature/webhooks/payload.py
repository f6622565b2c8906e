"""What a delivery says: {"type", "timestamp", "data"}, as Standard Webhooks asks for.

Values look as they do on /graphql: PostgreSQL makes them of the images, with the same expressions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import ARRAY, FromClause, Text, Uuid, any_, func, literal_column, select

from armature.core.db import Connection
from armature.metadata.webhook_tables import deliveries
from armature.schema_builder.compile.binds import Constant, FromVariable
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.images import image
from armature.schema_builder.compile.plan.outputs import Column, Composed
from armature.schema_builder.compile.statement import Parts, Sql, Statement
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.view import Composite, ObjectView, Plain, Rolled
from armature.webhooks.delivery import Delivery

IDS = "(ids)"
"""The variable of the statement."""

ALWAYS_CHANGING = frozenset({"updated_at", "updated_by"})
NULL = msgspec.Raw(b"null")


@dataclass(frozen=True, slots=True)
class Whole:
    """How all that a role reads of a record is told."""

    statement: Statement
    names: Mapping[str, str]

    @classmethod
    def of(cls, view: ObjectView) -> "Whole":
        names = {column: name for name, each in _shown(view) for column in _columns(each)}
        return cls(_statement(view, list(names)), names)

    async def told(self, connection: Connection, schema: str, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """Of those deliveries that there still are."""
        sql, arguments = prepared(self.statement, schema, {IDS: ids})
        return {row[0]: self._data(row) for row in await connection.fetch(sql, *arguments)}

    def _data(self, row: Record) -> dict[str, Any]:
        _, changed, before, after = row
        names = dict.fromkeys(self.names[each] for each in changed or ())
        return {"changedFields": list(names), "before": _raw(before), "after": _raw(after)}


def _raw(found: bytes | None) -> msgspec.Raw:
    return NULL if found is None else msgspec.Raw(found)


def _shown(view: ObjectView) -> Iterator[tuple[str, Plain | Composite]]:
    for name, entry in view.entries.items():
        if isinstance(entry, Plain | Composite) and not isinstance(entry, Rolled):
            yield name, entry


def _columns(entry: Plain | Composite) -> Sequence[str]:
    if entry.field.column in ALWAYS_CHANGING:
        return ()
    return [entry.column] if isinstance(entry, Plain) else [each.column for each in entry.parts.values()]


def _statement(view: ObjectView, columns: Sequence[str]) -> Statement:
    """A row for each delivery: which columns have changed, the record before, the record after."""
    build = Builder()
    d = deliveries.alias("d")
    records = (_record(build, view, held) for held in (d.c.before, d.c.after))
    told = select(d.c.id, _changed(build, d, columns), *records)
    return build.statement(told.where(d.c.id == any_(build.bound(FromVariable((IDS,)), ARRAY(Uuid())))))


def _changed(build: Parts, of: FromClause, columns: Sequence[str]) -> Sql:
    """In their order; of a record that was there before and is after."""
    each = func.unnest(build.bound(Constant(list(columns)), ARRAY(Text()))).column_valued("c")
    before, after = (func.nullif(of.c[side][each], literal_column("'null'::jsonb")) for side in ("before", "after"))
    found = select(func.array_agg(each)).where(
        before.is_distinct_from(after), of.c.before.is_not(None), of.c.after.is_not(None)
    )
    return found.correlate(of).scalar_subquery()


def _record(build: Parts, view: ObjectView, held: Sql) -> Sql:
    row = image(build, view, held)
    outputs = [_output(name, entry) for name, entry in _shown(view)]
    columns = build.outputs(outputs, row)
    inner = select(*columns).select_from(row).where(held.is_not(None)).correlate_except(row)
    return build.as_record(inner).scalar_subquery()


def _output(name: str, entry: Plain | Composite) -> Column | Composed:
    if isinstance(entry, Plain):
        return Column(name, entry)
    return Composed(name, entry, tuple(Column(part, each) for part, each in entry.parts.items()))


def encoded(type: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode({"type": type, "timestamp": at, "data": data})


def heading(delivery: Delivery, *, tells_actor: bool) -> dict[str, Any]:
    """What is told of every event of a record."""
    return {
        "id": delivery.subject,
        "object": delivery.type.partition(".")[0],
        "action": delivery.action,
        "position": delivery.position,
        "events": delivery.merged,
        "actor": delivery.actor if tells_actor else None,
        "requestId": delivery.request_id,
    }
