"""What a delivery says: {"type", "timestamp", "data"}, as Standard Webhooks asks for.

Values look as they do on /graphql: PostgreSQL makes them of the images, with the same expressions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import JSONB

from armature.core.db import Connection
from armature.schema_builder.compile.binds import FromVariable
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.images import image
from armature.schema_builder.compile.plan.outputs import Column, Composed
from armature.schema_builder.compile.statement import Parts, Sql, Statement
from armature.schema_builder.run.fetch import fetch_row
from armature.schema_builder.view import Composite, ObjectView, Plain, Rolled
from armature.webhooks.delivery import Delivery

BEFORE, AFTER = "(before)", "(after)"
ALWAYS_CHANGING = frozenset({"updated_at", "updated_by"})
NULL = msgspec.Raw(b"null")


@dataclass(frozen=True, slots=True)
class Whole:
    """How all that a role reads of a record is told."""

    statement: Statement
    columns: Mapping[str, str]

    @classmethod
    def of(cls, view: ObjectView) -> "Whole":
        return cls(_statement(view), {column: name for name, each in _shown(view) for column in _columns(each)})

    async def told(self, connection: Connection, schema: str, delivery: Delivery) -> dict[str, Any]:
        row = await fetch_row(connection, self.statement, schema, {BEFORE: delivery.before, AFTER: delivery.after})
        before, after = (NULL if each is None else msgspec.Raw(each) for each in row or (None, None))
        return {"changedFields": self._changed(delivery), "before": before, "after": after}

    def _changed(self, delivery: Delivery) -> list[str]:
        """Of a record that was there before and is after."""
        before, after = delivery.before, delivery.after
        if before is None or after is None:
            return []
        names = (name for column, name in self.columns.items() if before.get(column) != after.get(column))
        return list(dict.fromkeys(names))


def _shown(view: ObjectView) -> Iterator[tuple[str, Plain | Composite]]:
    for name, entry in view.entries.items():
        if isinstance(entry, Plain | Composite) and not isinstance(entry, Rolled):
            yield name, entry


def _columns(entry: Plain | Composite) -> Sequence[str]:
    if entry.field.column in ALWAYS_CHANGING:
        return ()
    return [entry.column] if isinstance(entry, Plain) else [each.column for each in entry.parts.values()]


def _statement(view: ObjectView) -> Statement:
    build = Builder()
    return build.statement(select(*(_record(build, view, each) for each in (BEFORE, AFTER))))


def _record(build: Parts, view: ObjectView, which: str) -> Sql:
    held = build.bound(FromVariable((which,)), JSONB())
    row = image(build, view, held)
    outputs = [_output(name, entry) for name, entry in _shown(view)]
    columns = build.outputs(outputs, row)
    return build.as_record(select(*columns).select_from(row).where(held.is_not(None))).scalar_subquery()


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
