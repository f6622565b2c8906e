"""What a statement writes leaves events, in the statement itself: no write is without one, no event without its write.

Each row that a change touches comes out of it with what it was and what it is, and a second part of the statement puts
that down in `_events`. All that changes records goes through `evented`: what it gives is rows to select from, and
nothing else is a statement (Parts.statement).
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    SmallInteger,
    TableClause,
    Text,
    Uuid,
    case,
    cast,
    func,
    insert,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.types import TypeEngine

from armature.schema_builder.compile.binds import Changed, Constant, FromVariable
from armature.schema_builder.compile.statement import Parts
from armature.schema_builder.event_table import CAUSE_PARAMETER, EVENTS

Sql = ColumnElement[Any]

CAUSE = "(cause)"
"""Under this name a statement is handed on whose behalf it writes: a value for each of CAUSES. No variable has it."""

CAUSES: Mapping[str, TypeEngine[Any]] = {
    "actor": JSONB(),
    "request_id": Text(),
    "causation_id": Uuid(),
    "depth": SmallInteger(),
}
"""Columns of an event that the request knows."""

Change = Literal["CREATED", "UPDATED", "UPSERTED", "DELETED", "RESTORED", "DESTROYED"]

OLD_AND_NEW = "WITH (OLD AS __old, NEW AS __new)"
"""Begins a RETURNING, for which SQLAlchemy has no word: by their own names, `old` and `new` may be fields."""

BEFORE, AFTER = "__before", "__after"
IMAGES: Mapping[Change, tuple[str, str]] = {
    "CREATED": ("NULL::json", "row_to_json(__new)"),
    "DESTROYED": ("row_to_json(__old)", "NULL::json"),
}
"""What a row was and what it is, where not both are there."""


def evented(build: Parts, changed: Insert | Update | Delete, change: Change, *columns: Sql) -> CTE:
    """The rows that are changed, to be selected from: their ids, and these columns. Each leaves an event."""
    table = changed.table
    assert isinstance(table, TableClause)  # noqa: S101  it is an object's
    before, after = IMAGES.get(change, ("row_to_json(__old)", "row_to_json(__new)"))
    images = (
        literal_column(f"{OLD_AND_NEW} {before}", JSON()).label(BEFORE),
        literal_column(after, JSON()).label(AFTER),
    )
    more = (each for each in columns if each is not table.c.id)
    rows = changed.returning(*images, table.c.id, *more).cte("w")
    build.beside(_events(build, rows, table, change))
    return rows


def _events(build: Parts, rows: CTE, table: TableClause, change: Change) -> CTE:
    values: dict[str, Sql] = {
        "action": ACTIONS[change](rows) if change in ACTIONS else literal_column(f"'{change}'"),
        "table": build.bound(Constant(table.name), Text()),
        "record": rows.c.id,
        "before": rows.c[BEFORE],
        "after": rows.c[AFTER],
        **{name: build.bound(FromVariable((CAUSE, name)), kind) for name, kind in CAUSES.items()},
    }
    chosen: Select[Any] = select(*values.values()).select_from(rows)
    if change == "DESTROYED":
        chosen = chosen.join(_told(build), true())
    if change == "UPSERTED":
        chosen = chosen.where(cast(rows.c[BEFORE], Text()).is_distinct_from(cast(rows.c[AFTER], Text())))
    return insert(EVENTS).from_select(list(values), chosen, include_defaults=False).cte("e")


def _told(build: Parts) -> FromClause:
    """Tells PostgreSQL for what foreign keys do after the statement (migrations/catalog/watching.py)."""
    cause = build.bound(Changed(FromVariable((CAUSE,)), _as_text), Text())
    return select(func.set_config(literal_column(f"'{CAUSE_PARAMETER}'"), cause, true()).label("told")).subquery("c")


def _as_text(cause: Mapping[str, Any]) -> str:
    return msgspec.json.encode(cause).decode()


def _of_upsert(rows: CTE) -> Sql:
    return case((rows.c[BEFORE].is_(None), literal_column("'CREATED'")), else_=literal_column("'UPDATED'"))


def _of_restore(rows: CTE) -> Sql:
    """What is not deleted can be restored, too: that changes its stamps."""
    was_deleted = rows.c[BEFORE][literal_column("'deleted_at'")].astext.is_not(None)
    return case((was_deleted, literal_column("'RESTORED'")), else_=literal_column("'UPDATED'"))


ACTIONS: Mapping[Change, Callable[[CTE], Sql]] = {"UPSERTED": _of_upsert, "RESTORED": _of_restore}
"""Where it depends on the row."""
