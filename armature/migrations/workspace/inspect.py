"""What differs between a snapshot and the tables that are really there, with the SQL that mends each difference.

Tables, columns, types, defaults, indexes and foreign keys are compared by Alembic, as its autogenerate does; what it
does not look at is in `unseen.py`. Needs a transaction, and leaves nothing in it.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import ops
from sqlalchemy import Column, Connection, Identity, MetaData, inspect
from sqlalchemy.dialects.postgresql.base import ischema_names

from armature.core.db import DIALECT
from armature.metadata.kinds.vectors import Vector
from armature.migrations.workspace.render import render_operations
from armature.migrations.workspace.unseen import Difference, as_kept, unseen_differences, unwatched
from armature.migrations.workspace.watching import is_watched
from armature.schema_builder.indexes import key_in

IDENTITY = "IDENTITY"

# What SQLAlchemy makes of a type that it finds in a table.
ischema_names |= {"vector": Vector, "public.vector": Vector}


def differences(connection: Connection, model: MetaData, schema: str) -> list[Difference]:
    """All differences in one schema, in an order in which they can be mended.

    `model` holds all its tables, and refers to them by this very schema.
    """
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name == schema,
            "include_object": _is_ours,
            "compare_type": True,
            "compare_server_default": _default_comparison(connection),
        },
    )
    _tell_identities(context)
    script = produce_migrations(context, model).upgrade_ops
    operations = list(_flat(script.ops if script else ()))
    keys = [each for each in operations if isinstance(each, ops.CreateForeignKeyOp)]
    there = set(inspect(connection).get_table_names(schema))
    unseen = unseen_differences(connection, [each for each in model.sorted_tables if each.name in there], schema)
    new = [unwatched(each) for each in model.sorted_tables if each.name not in there and is_watched(each)]
    return [*(_told(each) for each in operations if each not in keys), *unseen, *(_told(each) for each in keys), *new]


def _is_ours(found: Any, _name: object, kind: str, _reflected: bool, other: Any) -> bool:
    """Computed columns are compared in `unseen.py`: Alembic only warns of them. What jobs build is not looked at."""
    if kind == "index":
        return key_in(str(found.name)) is None
    return kind != "column" or all(each is None or each.computed is None for each in (found, other))


def _tell_identities(context: MigrationContext) -> None:
    """As a default: Alembic does not take them to a comparison of ours."""
    impl: Any = context.impl
    reflect = impl.autogen_column_reflect

    def told(inspector: object, table: object, column: dict[str, Any]) -> None:
        reflect(inspector, table, column)
        if column.pop("identity", None):
            column["default"] = IDENTITY

    impl.autogen_column_reflect = told


def _default_comparison(connection: Connection) -> Callable[..., bool]:
    """Whether two defaults differ, once PostgreSQL has written both in its own way."""

    @cache
    def kept(column_type: str, default: str) -> str:
        query = "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'pg_temp.__probe'::regclass"
        return as_kept(connection, f"held {column_type} DEFAULT {default}", query)

    def differ(
        _context: object, _there: object, column: Column[Any], there: str | None, _: object, wanted: str | None
    ) -> bool:
        if isinstance(column.server_default, Identity):
            return there != IDENTITY
        if there is None or wanted is None:
            return there is not wanted
        return there != kept(column.type.compile(dialect=DIALECT), wanted)

    return differ


def _flat(found: Sequence[ops.MigrateOperation]) -> Iterator[ops.MigrateOperation]:
    for each in found:
        if isinstance(each, ops.OpContainer):
            yield from _flat(each.ops)
        else:
            yield each


def _told(operation: ops.MigrateOperation) -> Difference:
    return Difference(_sentence(operation), ";\n".join(render_operations([operation])))


def _sentence(operation: ops.MigrateOperation) -> str:
    match operation:
        case ops.CreateTableOp(table_name=table):
            return f'The table "{table}" is missing.'
        case ops.DropTableOp(table_name=table):
            return f'The table "{table}" belongs to no object.'
        case ops.AddColumnOp(table_name=table, column=column):
            return f'The column "{table}.{column.name}" is missing.'
        case ops.DropColumnOp(table_name=table, column_name=column):
            return f'The column "{table}.{column}" belongs to no field.'
        case ops.AlterColumnOp():
            return _altered(operation)
        case ops.CreateIndexOp(table_name=table, index_name=name):
            return f'The index "{name}" of "{table}" is missing or another than it should be.'
        case ops.DropIndexOp(table_name=table, index_name=name):
            return f'The index "{name}" of "{table}" should not be there, or not like this.'
        case ops.CreateForeignKeyOp(source_table=table, constraint_name=name):
            return f'The foreign key "{name}" of "{table}" is missing.'
        case ops.DropConstraintOp(table_name=table, constraint_name=name):
            return f'The constraint "{name}" of "{table}" should not be there, or not like this.'
        case _:
            return f"{operation.to_diff_tuple()}"


def _altered(operation: ops.AlterColumnOp) -> str:
    column = f'The column "{operation.table_name}.{operation.column_name}"'
    if operation.modify_type is not None:
        there, wanted = operation.existing_type, operation.modify_type
        return f"{column} has the type {there}, not {wanted.compile(dialect=DIALECT)}."
    if operation.modify_nullable is not None:
        return f"{column} {'may not' if operation.existing_nullable is False else 'may'} be null."
    return f"{column} has another default than its field."
