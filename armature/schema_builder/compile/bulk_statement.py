"""Statements on any number of records of one object, given as arrays: the text does not depend on how many.

Each array is bound as the variable named like its column.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Text, Uuid, any_, cast, func, null, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from armature.schema_builder.compile.binds import FromVariable
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.comparisons import sql_type
from armature.schema_builder.compile.plan import Upsert
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.compile.write_statement import or_update
from armature.schema_builder.view import ObjectView, Plain

Columns = Sequence[tuple[str, TypeEngine[Any]]]

ABOVE = "(above)"
"""The array of the records above: those that the ones written refer to, or have to refer to."""


def bulk_insert(of: ObjectView, columns: Columns, upsert: Upsert | None) -> Statement:
    """An upsert gives the ids of the records, and what they have in the field that tells them apart."""
    build = Builder()
    rows = _rows(build, columns)
    names = [column for column, _ in columns]
    chosen = select(*_values(rows, columns)).select_from(rows)
    made = insert(of.table).from_select(names, chosen, include_defaults=False)
    if upsert is None:
        return build.statement(made)
    changed = or_update(made, of, names, upsert)
    return build.statement(changed.returning(of.table.c.id, of.table.c[upsert.by.column]))


def bulk_update(of: ObjectView, columns: Columns, far: str) -> Statement:
    """Sets columns of visible records, each of which must refer by `far` to the one above; gives the ids of those."""
    build = Builder()
    table = of.table
    rows = _rows(build, [("id", Uuid()), (ABOVE, Uuid()), *columns])
    return build.statement(
        update(table)
        .values(
            {**dict(zip([name for name, _ in columns], _values(rows, columns), strict=True)), "updated_at": func.now()}
        )
        .where(table.c.id == rows.c.id, table.c[far] == rows.c[ABOVE], table.c.deleted_at.is_(None))
        .returning(table.c.id)
    )


def bulk_connect(of: ObjectView, far: str) -> Statement:
    """Lets records refer by `far` to the one above; those that do already are not touched."""
    build = Builder()
    table = of.table
    rows = _rows(build, [("id", Uuid()), (ABOVE, Uuid())])
    return build.statement(
        update(table)
        .values({far: rows.c[ABOVE], "updated_at": func.now()})
        .where(table.c.id == rows.c.id, table.c[far].is_distinct_from(rows.c[ABOVE]), table.c.deleted_at.is_(None))
    )


def bulk_release(of: ObjectView, far: str) -> Statement:
    """Lets visible records that refer by `far` to those above refer to none, but for those with the ids given."""
    build = Builder()
    table = of.table
    kept, above = (build.bound(FromVariable((name,)), ARRAY(Uuid())) for name in ("id", ABOVE))
    return build.statement(
        update(table)
        .values({far: null(), "updated_at": func.now()})
        .where(table.c[far] == any_(above), (table.c.id == any_(kept)).is_not(True), table.c.deleted_at.is_(None))
    )


def _rows(build: Builder, columns: Columns) -> TableValuedAlias:
    """Documents and lists come as text: asyncpg would take a list in an array for another dimension of it."""
    bound = [build.bound(FromVariable((name,)), ARRAY(Text() if _is_text(kind) else kind)) for name, kind in columns]
    return func.unnest(*bound).table_valued(*(column for column, _ in columns), name="u").render_derived()


def _values(rows: TableValuedAlias, columns: Columns) -> list[Any]:
    return [cast(rows.c[name], kind) if _is_text(kind) else rows.c[name] for name, kind in columns]


def _is_text(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, JSONB | ARRAY)


def find_ids(of: ObjectView, by: Plain) -> Statement:
    """The visible records with one of the given values of a unique field: pairs of value and id."""
    build = Builder()
    column = of.table.c[by.column]
    given = build.bound(FromVariable(("values",)), ARRAY(sql_type(by.scalar)))
    return build.statement(select(column, of.table.c.id).where(column == any_(given), of.table.c.deleted_at.is_(None)))
