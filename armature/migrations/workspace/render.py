"""Steps become SQL: the text that a dry run shows is the text that runs.

Alembic's operations run against a connection that only writes down what it is given. Importing Alembic takes as long as
a tenth of a start, so it is imported by what runs it first; `serve` sees to that as soon as it is ready.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    ClauseElement,
    Column,
    ColumnClause,
    ColumnElement,
    MetaData,
    Table,
    TableClause,
    Update,
    case,
    column,
    exists,
    insert,
    literal,
    null,
    or_,
    select,
    table,
    text,
    update,
)
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.schema import AddConstraint, ExecutableDDLElement

from armature.core.db import DIALECT
from armature.metadata.conversions.matrix import converted
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object
from armature.metadata.stored import stored
from armature.migrations.workspace.steps import (
    AddAtMostOne,
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddFormula,
    AddKeptCheck,
    BuildIndex,
    ClearDangling,
    ConvertValues,
    CreateIndex,
    CreatePair,
    CreateTable,
    CreateUnique,
    CreateWayBack,
    DropAtMostOne,
    DropCheck,
    DropColumn,
    DropForeignKey,
    DropIndex,
    DropPair,
    DropUnique,
    DropWayBack,
    FillNulls,
    LinkRecords,
    RenameColumn,
    RenameValues,
    SetDefault,
    SetNullable,
    Step,
    Watch,
)
from armature.migrations.workspace.watching import watch
from armature.schema_builder import tables

if TYPE_CHECKING:
    from alembic.operations import MigrateOperation, Operations


def render_steps(steps: Sequence[Step], schema: str) -> list[str]:
    """A statement, without a semicolon, for each step."""
    operations, written = _operations()
    written.clear()
    for step in steps:
        _WRITERS[type(step)](operations, step, schema)
    return list(written)


def render_operations(found: Sequence[MigrateOperation]) -> list[str]:
    """The statements of operations that Alembic's comparison found."""
    operations, written = _operations()
    written.clear()
    for each in found:
        operations.invoke(each)
    return list(written)


@cache
def _operations() -> tuple[Operations, list[str]]:
    """Alembic's operations and where they write to; making them anew for each change would double its time."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    written: list[str] = []

    def write(construct: ClauseElement, *_: Any, **__: Any) -> None:
        options = {} if isinstance(construct, ExecutableDDLElement) else {"literal_binds": True}
        written.append(str(construct.compile(dialect=DIALECT, compile_kwargs=options)).strip())

    writing_down: Any = MockConnection(DIALECT, write)
    return Operations(MigrationContext.configure(connection=writing_down)), written


def _create_table(to: Operations, step: CreateTable, schema: str) -> None:
    stored = list(tables.stored_fields(step.of))
    checks = [check for field in stored for check in tables.checks(step.of, field)]
    columns = [_column(step.of, field) for field in stored]
    to.create_table(step.of.table, *columns, tables.primary_key(step.of), *checks, schema=schema)


def _add_column(to: Operations, step: AddColumn | AddFormula, schema: str) -> None:
    # It brings no constraints, which Operations.add_column would look for in a table made for that.
    to.impl.add_column(step.of.table, _column(step.of, step.field), schema=schema)


def _drop_column(to: Operations, step: DropColumn, schema: str) -> None:
    to.drop_column(step.of.table, tables.column_name(step.field), schema=schema)


def _rename_column(to: Operations, step: RenameColumn, schema: str) -> None:
    """Its sequence, where it has one, goes with it."""
    old, new = (tables.column_name(each) for each in (step.before, step.field))
    to.alter_column(step.of.table, old, new_column_name=new, schema=schema)


def _convert_values(to: Operations, step: ConvertValues, schema: str) -> None:
    columns = [held_column(each) for each in (*stored(step.field), *stored(step.aside))]
    there = or_(*(held_column(each).is_not(None) for each in stored(step.aside)))
    to.execute(update(records_of(step.of, schema, *columns)).values(converted_values(step, step.aside)).where(there))


def _link_records(to: Operations, step: LinkRecords, schema: str) -> None:
    keys = [held_column(step.near), held_column(step.far)]
    held = held_column(step.aside)
    linked = select(column("id"), held).select_from(records_of(step.holder, schema)).where(held.is_not(None))
    to.execute(insert(records_of(step.of, schema, *keys)).from_select([each.name for each in keys], linked))


def _drop_index(to: Operations, step: DropIndex, schema: str) -> None:
    to.drop_index(tables.index_name(step.of, step.field), step.of.table, schema=schema)


def _column(of: Object, field: Field) -> Column[object]:
    return tables.column(of, field, is_required=tables.is_required(field))


def _set_default(to: Operations, step: SetDefault, schema: str) -> None:
    default = default_sql(step.field) if tables.has_default(step.field) else None
    to.alter_column(step.of.table, tables.column_name(step.field), server_default=default, schema=schema)


def _set_nullable(to: Operations, step: SetNullable, schema: str) -> None:
    to.alter_column(step.of.table, tables.column_name(step.field), nullable=step.is_nullable, schema=schema)


def _fill_nulls(to: Operations, step: FillNulls, schema: str) -> None:
    held = held_column(step.field)
    to.execute(_update(step.of, schema, step.field, default_sql(step.field)).where(held.is_(None)))


def _rename_values(to: Operations, step: RenameValues, schema: str) -> None:
    held, choices = held_column(step.field), KINDS[step.field.kind].choices
    assert choices is not None  # noqa: S101  only options are renamed
    renamed = _update(step.of, schema, step.field, choices.renamed(held, step.values))
    to.execute(renamed.where(choices.holds_any(held, list(step.values))))


def _clear_dangling(to: Operations, step: ClearDangling, schema: str) -> None:
    records = records_of(step.of, schema, held_column(step.field))
    empty = {tables.column_name(step.field): null()}
    to.execute(update(records).values(empty).where(dangling(step, records, schema)))


def _add_check(to: Operations, step: AddCheck, schema: str) -> None:
    for check in tables.checks(step.of, step.field):
        to.create_check_constraint(str(check.name), step.of.table, check.sqltext, schema=schema)


def _add_kept_check(to: Operations, step: AddKeptCheck, schema: str) -> None:
    """Alembic's operation has no NOT VALID."""
    for check in tables.checks(step.of, step.field):
        unread = CheckConstraint(check.sqltext, name=check.name, postgresql_not_valid=True)
        Table(step.of.table, MetaData(), unread, schema=schema)
        to.execute(AddConstraint(unread))


def _drop_check(to: Operations, step: DropCheck, schema: str) -> None:
    to.drop_constraint(tables.check_name(step.of, step.field), step.of.table, schema=schema)


def _create_unique(to: Operations, step: CreateUnique, schema: str) -> None:
    name, held = tables.unique_name(step.of, step.field), tables.column_name(step.field)
    live = column("deleted_at").is_(None)
    to.create_index(name, step.of.table, [held], schema=schema, unique=True, postgresql_where=live)


def _drop_unique(to: Operations, step: DropUnique, schema: str) -> None:
    to.drop_index(tables.unique_name(step.of, step.field), step.of.table, schema=schema)


def _create_pair(to: Operations, step: CreatePair, schema: str) -> None:
    name, keys = tables.pair_name(step.of, step.near, step.far), (step.near, step.far)
    _create_index_of_keys(to, step.of, name, keys, schema, unique=True)


def _drop_pair(to: Operations, step: DropPair, schema: str) -> None:
    to.drop_index(tables.pair_name(step.of, step.near, step.far), step.of.table, schema=schema)


def _create_way_back(to: Operations, step: CreateWayBack, schema: str) -> None:
    name, keys = tables.way_back_name(step.of, step.near, step.far), (step.far, step.near)
    _create_index_of_keys(to, step.of, name, keys, schema, unique=False)


def _drop_way_back(to: Operations, step: DropWayBack, schema: str) -> None:
    to.drop_index(tables.way_back_name(step.of, step.near, step.far), step.of.table, schema=schema)


def _create_index_of_keys(
    to: Operations, of: Object, name: str, keys: tuple[Field, Field], schema: str, *, unique: bool
) -> None:
    columns, live = [tables.column_name(each) for each in keys], column("deleted_at").is_(None)
    to.create_index(name, of.table, columns, schema=schema, unique=unique, postgresql_where=live)


def _add_at_most_one(to: Operations, step: AddAtMostOne, schema: str) -> None:
    check = tables.at_most_one(step.of, step.united)
    to.create_check_constraint(str(check.name), step.of.table, check.sqltext, schema=schema)


def _drop_at_most_one(to: Operations, step: DropAtMostOne, schema: str) -> None:
    to.drop_constraint(tables.union_name(step.of, step.united), step.of.table, schema=schema)


def _create_index(to: Operations, step: CreateIndex, schema: str) -> None:
    name, held = tables.index_name(step.of, step.field), tables.column_name(step.field)
    to.create_index(name, step.of.table, [held, "id"], schema=schema)


def _build_index(to: Operations, step: BuildIndex, schema: str) -> None:
    to.execute(text(step.index.create(schema).replace(":", "\\:")))


def _add_foreign_key(to: Operations, step: AddForeignKey, schema: str) -> None:
    to.create_foreign_key(
        tables.foreign_key_name(step.of, step.field),
        step.of.table,
        step.target.table,
        [tables.column_name(step.field)],
        ["id"],
        ondelete=tables.on_delete_sql(step.on_delete),
        source_schema=schema,
        referent_schema=schema,
    )


def _watch(to: Operations, step: Watch, schema: str) -> None:
    to.execute(watch(schema, step.of.table))


def _drop_foreign_key(to: Operations, step: DropForeignKey, schema: str) -> None:
    to.drop_constraint(tables.foreign_key_name(step.of, step.field), step.of.table, schema=schema)


_WRITERS: Mapping[type[Step], Callable[[Operations, Any, str], None]] = {
    CreateTable: _create_table,
    RenameColumn: _rename_column,
    AddColumn: _add_column,
    ConvertValues: _convert_values,
    LinkRecords: _link_records,
    DropIndex: _drop_index,
    DropColumn: _drop_column,
    AddFormula: _add_column,
    SetDefault: _set_default,
    SetNullable: _set_nullable,
    FillNulls: _fill_nulls,
    RenameValues: _rename_values,
    ClearDangling: _clear_dangling,
    AddCheck: _add_check,
    AddKeptCheck: _add_kept_check,
    DropCheck: _drop_check,
    CreateUnique: _create_unique,
    DropUnique: _drop_unique,
    AddAtMostOne: _add_at_most_one,
    DropAtMostOne: _drop_at_most_one,
    CreatePair: _create_pair,
    DropPair: _drop_pair,
    CreateWayBack: _create_way_back,
    DropWayBack: _drop_way_back,
    CreateIndex: _create_index,
    BuildIndex: _build_index,
    AddForeignKey: _add_foreign_key,
    DropForeignKey: _drop_foreign_key,
    Watch: _watch,
}


# What guards look at too


def held_column(field: Field) -> ColumnClause[Any]:
    return column(tables.column_name(field), KINDS[field.kind].column_type(field.settings))


def default_sql(field: Field) -> ColumnElement[Any]:
    return KINDS[field.kind].default_sql(field.default, field.settings)


def converted_values(step: ConvertValues, held: Field) -> dict[str, ColumnElement[Any]]:
    """By column, what its values become; `held` is the field that has them at the time."""
    found = converted(held, step.field, spelling_name(step.field))
    if step.on_failure != "DEFAULT":
        return dict(found.columns)
    defaults = {tables.column_name(each): each for each in stored(step.field) if each.default is not None}
    return {
        name: case((found.fails, default_sql(defaults[name])), else_=value) if name in defaults else value
        for name, value in found.columns.items()
    }


def spelling_name(field: Field) -> str:
    """A table for as long as a change takes: what becomes of each text."""
    return f"spelt_{field.id.hex}"


def records_of(of: Object, schema: str, *columns: ColumnClause[Any]) -> TableClause:
    return table(of.table, *columns, schema=schema)


def dangling(step: ClearDangling, records: TableClause, schema: str) -> ColumnElement[bool]:
    """Whether a record of `step.of` refers to one that is gone."""
    held = records.c[tables.column_name(step.field)]
    target = table(step.target.table, column("id"), schema=schema).alias("target")
    return held.is_not(None) & ~exists(literal(1)).where(target.c.id == held).correlate(records)


def _update(of: Object, schema: str, field: Field, value: ColumnElement[Any]) -> Update:
    return update(records_of(of, schema, held_column(field))).values({tables.column_name(field): value})
