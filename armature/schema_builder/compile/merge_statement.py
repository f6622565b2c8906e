"""Statements of a merge: several records of one object become one of them.

Bound are the ids of the KEPT one, of the OTHERS in their order, and of ALL of them.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    TableClause,
    Update,
    Uuid,
    all_,
    and_,
    any_,
    case,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from armature.metadata.model import Field, Object, Snapshot
from armature.schema_builder.compile.binds import FromVariable
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.comparisons import EMPTY
from armature.schema_builder.compile.events import Change, evented
from armature.schema_builder.compile.stamps import updated
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.tables import column_name, has_unique, queried
from armature.schema_builder.types.scalars import item_of
from armature.schema_builder.view import SETTABLE, Composite, ObjectView, Plain

Sql = ColumnElement[Any]

KEPT, OTHERS, ALL = FromVariable(("kept",)), FromVariable(("others",)), FromVariable(("all",))
IDS = ARRAY(Uuid())
ONE: ColumnElement[int] = literal_column("1")


class _Merging(Builder):
    """A statement on the records merged; each of the binds is one parameter, however often it is used."""

    @cached_property
    def kept(self) -> Sql:
        return self.bound(KEPT, Uuid())

    @cached_property
    def others(self) -> Sql:
        return self.bound(OTHERS, IDS)

    @cached_property
    def all(self) -> Sql:
        return self.bound(ALL, IDS)

    def first(self, column: Sql, joined: FromClause, near: Sql, condition: Sql) -> Sql:
        """A column of the first of the others, in their order, that something joined by `near` meets a condition of."""
        others = func.unnest(self.others).table_valued("id", with_ordinality="n", name="o").render_derived()
        found = select(column).select_from(others.join(joined, near == others.c.id)).where(condition)
        return found.order_by(others.c.n).limit(ONE).scalar_subquery()


def lock_statement(of: ObjectView) -> Statement:
    """The ids of those that are in sight, locked in an order that two merges can't cross."""
    build = _Merging()
    table = of.table
    found = select(table.c.id).where(table.c.id == any_(build.all), build.visible(of, table, "UPDATE"))
    return build.statement(found.order_by(table.c.id).with_for_update())


def delete_statement(of: ObjectView) -> Statement:
    build = _Merging()
    table = of.table
    deleted = update(table).values({"deleted_at": func.now(), **updated(build)})
    return _changed(build, deleted.where(table.c.id == any_(build.others)), "DELETED")


def fill_statement(of: ObjectView) -> Statement:
    """What the kept record lacks, from the first of the others that has it."""
    build = _Merging()
    table = of.table
    filled: dict[str, Any] = dict(updated(build))
    for fields in _units(of):
        for each in fields:
            own = table.c[each.column]
            filled[each.column] = case((_has(build, of, fields, table), own), else_=_found(build, of, fields, each))
    return _changed(build, update(table).values(filled).where(table.c.id == build.kept), "UPDATED")


def _units(of: ObjectView) -> Iterator[Sequence[Plain]]:
    """Fields that are filled together: half of one address and half of another are none."""
    for name, entry in of.writable.items():
        if isinstance(entry, Composite):
            yield tuple(entry.parts.values())
        elif isinstance(entry, Plain) and name not in SETTABLE:
            yield (entry,)


def _has(build: _Merging, of: ObjectView, fields: Sequence[Plain], table: FromClause) -> Sql:
    return or_(*(_is_filled(build, of, each, table.c[each.column]) for each in fields))


def _is_filled(build: _Merging, of: ObjectView, entry: Plain, column: Sql) -> Sql:
    """Not by a reference to one of those merged: a record does not belong to itself."""
    if _is_own(of, entry):
        return and_(column.is_not(None), column != all_(build.all))
    if item_of(entry.scalar) not in (None, "Float"):
        return func.cardinality(column) > literal_column("0")
    return column != EMPTY if entry.scalar == "String" else column.is_not(None)


def _found(build: _Merging, of: ObjectView, fields: Sequence[Plain], entry: Plain) -> Sql:
    other = build.alias(of)
    found = build.first(other.c[entry.column], other, other.c.id, _has(build, of, fields, other))
    if not _is_own(of, entry):
        return func.coalesce(found, of.table.c[entry.column])
    return func.coalesce(found, null() if entry.field.is_nullable else build.kept)


def _is_own(of: ObjectView, entry: Plain) -> bool:
    """Whether it refers to a record of the same object."""
    return entry.field.relation_id is not None and of.snapshot.link(entry.field).target.id == of.object.id


def move_statements(snapshot: Snapshot, of: ObjectView) -> Iterator[Statement]:
    """Let all that refers to the others refer to the kept one, hidden objects and deleted records included."""
    for relation in snapshot.relations.values():
        many = snapshot.objects[relation.many_object]
        field = many.fields[relation.many_field]
        if relation.one_object != of.object.id or field.column is None or field.deleted_at is not None:
            continue
        if others := _joined_with(snapshot, many, field):
            yield _move_joined(queried(many), column_name(field), others)
        else:
            yield (_move_one if has_unique(field) else _move_all)(queried(many), column_name(field))


def _joined_with(snapshot: Snapshot, link: Object, key: Field) -> Sequence[str]:
    """The columns of a link object that must not hold the same for two records that hold the same key."""
    both = [((each.near, each.far), (each.far, each.near)) for each in snapshot.pairs.get(link.id, {}).values()]
    return sorted({column_name(other) for ends in both for end, other in ends if end.id == key.id})


def _move_joined(table: TableClause, column: str, others: Sequence[str]) -> Statement:
    """Two records are joined once: what the kept one is joined to already, the others stay joined to."""
    build = _Merging()
    moved = update(table).values({column: build.kept, **updated(build)})
    for each in others:
        there = table.alias()
        comes_first = and_(there.c[column] == any_(build.others), there.c.id < table.c.id)
        taken = exists().where(
            there.c[each] == table.c[each],
            there.c.deleted_at.is_(None),
            or_(there.c[column] == build.kept, comes_first),
        )
        is_free = or_(table.c.deleted_at.is_not(None), ~taken.correlate(table))
        moved = moved.where(is_free, table.c[each] != all_(build.all))
    return _changed(build, moved.where(table.c[column] == any_(build.others)), "UPDATED")


def _move_all(table: TableClause, column: str) -> Statement:
    """Those merged keep what they refer to, where they are of the same object."""
    build = _Merging()
    moved = update(table).values({column: build.kept, **updated(build)})
    return _changed(build, moved.where(table.c[column] == any_(build.others), table.c.id != all_(build.all)), "UPDATED")


def _move_one(table: TableClause, column: str) -> Statement:
    """One record may refer to the kept one: if none does, that of the first of the others."""
    build = _Merging()
    there, mover = table.alias("k"), table.alias("m")
    may_move = and_(mover.c.deleted_at.is_(None), mover.c.id != all_(build.all))
    first = build.first(mover.c.id, mover, mover.c[column], may_move)
    is_free = ~exists().where(there.c[column] == build.kept, there.c.deleted_at.is_(None))
    moved = update(table).values({column: build.kept, **updated(build)})
    return _changed(build, moved.where(table.c.id == first, is_free), "UPDATED")


def _changed(build: _Merging, changed: Update, change: Change) -> Statement:
    return build.statement(select(evented(build, changed, change).c.id).where(false()))
