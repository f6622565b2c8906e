"""Statements on any number of records of one object, given as arrays: the text does not depend on how many.

Each array is bound as the variable named like its column.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    TableClause,
    Text,
    Update,
    Uuid,
    any_,
    cast,
    exists,
    false,
    func,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from armature.metadata.rights import Right
from armature.schema_builder.compile.binds import Changed, FromVariable
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.comparisons import sql_type
from armature.schema_builder.compile.events import evented
from armature.schema_builder.compile.plan.conditions import Via
from armature.schema_builder.compile.plan.writes import Upsert
from armature.schema_builder.compile.stamps import created, updated
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.compile.write_statement import or_update
from armature.schema_builder.view import ObjectView, Plain

Columns = Sequence[tuple[str, TypeEngine[Any]]]

ABOVE = "(above)"
"""The array of the records above: those that the ones written refer to, or have to refer to."""


def bulk_insert(of: ObjectView, columns: Columns, upsert: Upsert | None) -> Statement:
    """An upsert gives the ids of the records, and what they have in the fields that tell them apart."""
    build = Builder()
    rows = _rows(build, columns)
    names = [column for column, _ in columns]
    stamps = created(build)
    chosen = select(*_values(rows, columns), *stamps.values()).select_from(rows)
    made = insert(of.table).from_select([*names, *stamps], chosen, include_defaults=False)
    if upsert is None:
        return build.statement(select(evented(build, made, "CREATED").c.id).where(false()))
    by = [of.table.c[each.column] for each in upsert.by]
    written = evented(build, or_update(build, made, of, names, upsert), "UPSERTED", *by)
    return build.statement(select(written.c.id, *(written.c[each.name] for each in by)))


def bulk_update(of: ObjectView, columns: Columns, far: str, via: Via | None = None) -> Statement:
    """Sets columns of visible records, each of which must refer by `far` to the one above; gives the ids of those.

    With `via`, they must be joined to it.
    """
    build = Builder()
    table = of.table
    rows = _rows(build, [("id", Uuid()), (ABOVE, Uuid()), *columns])
    changed = (
        update(table)
        .values({**dict(zip([name for name, _ in columns], _values(rows, columns), strict=True)), **updated(build)})
        .where(table.c.id == rows.c.id, _belongs(build, table, rows, far, via), build.visible(of, table, "UPDATE"))
    )
    return build.statement(select(evented(build, changed, "UPDATED").c.id))


def _belongs(
    build: Builder, table: TableClause, rows: TableValuedAlias, far: str, via: Via | None
) -> ColumnElement[bool]:
    if via is None:
        return table.c[far] == rows.c[ABOVE]
    link = via.object.table
    joined = exists().select_from(link).where(link.c[via.near] == rows.c[ABOVE], link.c[via.far] == table.c[far])
    return joined.where(build.visible(via.object, link)).correlate(table, rows)


def bulk_join(via: Via) -> Statement:
    """A link record between each record and the one above, unless there is one; gives the ids of the new ones."""
    build = Builder()
    rows = _rows(build, [("id", Uuid()), (ABOVE, Uuid())])
    stamps = created(build)
    chosen = select(rows.c[ABOVE], rows.c.id, *stamps.values()).select_from(rows)
    link = via.object.table
    made = insert(link).from_select([via.near, via.far, *stamps], chosen, include_defaults=False)
    return build.statement(select(evented(build, made.on_conflict_do_nothing(), "CREATED").c.id))


def bulk_unjoin(via: Via) -> Statement:
    """Deletes the link records between each record and the one above; gives both ids of each, the one above first."""
    build = Builder()
    link = via.object.table
    rows = _rows(build, [("id", Uuid()), (ABOVE, Uuid())])
    joined = (link.c[via.far] == rows.c.id, link.c[via.near] == rows.c[ABOVE])
    ends = (link.c[via.near], link.c[via.far])
    deleted = evented(build, _deleted(build, via).where(*joined), "DELETED", *ends)
    return build.statement(select(*(deleted.c[each.name] for each in ends)))


def bulk_unjoin_others(via: Via) -> Statement:
    """Deletes the link records of the records `all`, but for those between pairs to be kept."""
    build = Builder()
    deleted = _deleted(build, via).where(*_others(build, via))
    return build.statement(select(evented(build, deleted, "DELETED").c.id))


def _others(build: Builder, via: Via) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    link = via.object.table
    above = build.bound(FromVariable(("all",)), ARRAY(Uuid()))
    kept = _rows(build, [("id", Uuid()), (ABOVE, Uuid())])
    stays = exists().select_from(kept).where(kept.c.id == link.c[via.far], kept.c[ABOVE] == link.c[via.near])
    return link.c[via.near] == any_(above), ~stays.correlate(link)


def _deleted(build: Builder, via: Via) -> Update:
    """Out of sight, as a client would delete them."""
    link = via.object.table
    values = {"deleted_at": func.now(), **updated(build)}
    return update(link).values(values).where(build.visible(via.object, link, "DELETE"))


def bulk_connect(of: ObjectView, far: str) -> Statement:
    """Lets records refer by `far` to the one above; those that do already are not touched."""
    build = Builder()
    table = of.table
    rows = _rows(build, [("id", Uuid()), (ABOVE, Uuid())])
    connected = (
        update(table)
        .values({far: rows.c[ABOVE], **updated(build)})
        .where(
            table.c.id == rows.c.id, table.c[far].is_distinct_from(rows.c[ABOVE]), build.visible(of, table, "UPDATE")
        )
    )
    return build.statement(select(evented(build, connected, "UPDATED").c.id))


def not_allowed(of: ObjectView, to: Right) -> Statement:
    """One of the ids given whose record may not be written so."""
    build = Builder()
    rows = _rows(build, [("id", Uuid())])
    allowed = exists().where(of.table.c.id == rows.c.id, *build.allowed(of, of.table, to)).correlate(rows)
    return build.statement(select(rows.c.id).where(~allowed).limit(literal_column("1")))


def bulk_release(of: ObjectView, far: str) -> Statement:
    """Lets visible records that refer by `far` to those above refer to none, but for those with the ids given.

    Gives the ids of those that did.
    """
    build = Builder()
    table = of.table
    kept, above = (build.bound(FromVariable((name,)), ARRAY(Uuid())) for name in ("id", ABOVE))
    released = (
        update(table)
        .values({far: null(), **updated(build)})
        .where(table.c[far] == any_(above), (table.c.id == any_(kept)).is_not(True), build.visible(of, table, "UPDATE"))
    )
    return build.statement(select(evented(build, released, "UPDATED").c.id))


def held_fast(of: ObjectView, far: str) -> Statement:
    """One of the records that `bulk_release` should let go, but that the caller may only read."""
    build = Builder()
    table = of.table
    kept, above = (build.bound(FromVariable((name,)), ARRAY(Uuid())) for name in ("id", ABOVE))
    ours = (table.c[far] == any_(above), (table.c.id == any_(kept)).is_not(True), build.visible(of, table))
    found = select(table.c.id).where(*ours, build.visible(of, table, "UPDATE").is_not(True))
    return build.statement(found.limit(literal_column("1")))


def held_together(via: Via) -> Statement:
    """One of the link records that `bulk_unjoin_others` should delete, but that the caller may only read."""
    build = Builder()
    link = via.object.table
    found = select(link.c.id).where(*_others(build, via), build.visible(via.object, link))
    lasting = found.where(build.visible(via.object, link, "DELETE").is_not(True))
    return build.statement(lasting.limit(literal_column("1")))


def _rows(build: Builder, columns: Columns) -> TableValuedAlias:
    """Documents and lists stay text inside: in an array, a list would be another dimension of it."""
    bound = [_array(build, name, Text() if _is_text(kind) else kind) for name, kind in columns]
    return func.unnest(*bound).table_valued(*(column for column, _ in columns), name="u").render_derived()


def _array(build: Builder, name: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Handed over as one text: asyncpg asks of each item of an array whether it is an array itself."""
    return cast(build.bound(Changed(FromVariable((name,)), array_text), Text()), ARRAY(kind))


def array_text(values: Iterable[Any]) -> str:
    """As PostgreSQL reads it (chapter "Arrays", section "Array Input and Output Syntax")."""
    items = ["NULL" if each is None else f'"{each}"' for each in values]
    text = ",".join(items)
    if "\\" in text or text.count('"') > 2 * len(items) - 2 * items.count("NULL"):
        text = ",".join([each if each == "NULL" else f'"{_escaped(each[1:-1])}"' for each in items])
    return f"{{{text}}}"


def _escaped(item: str) -> str:
    return item.replace("\\", "\\\\").replace('"', '\\"')


def _values(rows: TableValuedAlias, columns: Columns) -> list[Any]:
    return [cast(rows.c[name], kind) if _is_text(kind) else rows.c[name] for name, kind in columns]


def _is_text(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, JSONB | ARRAY)


def find_ids(of: ObjectView, by: Plain) -> Statement:
    """The visible records with one of the given values of a unique field: pairs of value and id."""
    build = Builder()
    column = of.table.c[by.column]
    given = build.bound(FromVariable(("values",)), ARRAY(sql_type(by.scalar)))
    return build.statement(select(column, of.table.c.id).where(column == any_(given), build.visible(of, of.table)))
