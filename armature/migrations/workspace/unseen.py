"""Differences that Alembic does not look for: primary keys, CHECKs, predicates, what is not valid, triggers, rules,
collations, views.

Expressions are compared as PostgreSQL itself writes them, by giving it ours to keep for a moment.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    PrimaryKeyConstraint,
    Row,
    Table,
    exists,
    select,
    text,
)
from sqlalchemy.schema import AddConstraint, CreateColumn, CreateIndex, DropIndex, ExecutableDDLElement

from armature.core.db import DIALECT
from armature.migrations.catalog.watching import TRIGGER
from armature.migrations.workspace.watching import is_watched, kept, watch

quote = DIALECT.identifier_preparer.quote


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is a sentence, `fix` the SQL that makes the database what the model says."""

    what: str
    fix: str


def unseen_differences(connection: Connection, model: Sequence[Table], schema: str) -> Iterator[Difference]:
    """`model` are those of the model's tables that are there."""
    constraints = _by_table(connection, _CONSTRAINTS, schema)
    indexes = _by_table(connection, _INDEXES, schema)
    yield from _strangers(connection, schema)
    computed = _by_table(connection, _COMPUTED, schema)
    yield from _properties(connection, {each.name: each for each in model}, schema)
    for table in model:
        yield from _formulas(connection, table, computed.get(table.name, {}))
        yield from _constraints(connection, table, constraints.get(table.name, {}))
        yield from _indexes(table, indexes.get(table.name, {}))


def as_kept(connection: Connection, definition: str, query: str) -> str:
    """What `query` finds in PostgreSQL's catalogue about a table made of this definition."""
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE __probe ({definition})")
    found = connection.exec_driver_sql(query).scalar_one()
    connection.exec_driver_sql("DROP TABLE pg_temp.__probe")
    return str(found)


_CONSTRAINTS = text(
    "SELECT relname AS table_name, conname AS name, contype::text AS kind, convalidated AS is_valid, "
    "pg_get_constraintdef(pg_constraint.oid) AS definition "
    "FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace "
    "WHERE nspname = :schema AND contype IN ('p', 'c', 'f')"
)
_INDEXES = text(
    "SELECT t.relname AS table_name, i.relname AS name, indisvalid AS is_valid, "
    "pg_get_expr(indpred, indrelid) AS predicate "
    "FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid JOIN pg_class AS t ON t.oid = indrelid "
    "JOIN pg_namespace ON pg_namespace.oid = t.relnamespace WHERE nspname = :schema"
)
_RELATIONS = text(
    "SELECT relname AS name, relkind::text AS kind FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
    "WHERE nspname = :schema AND relkind IN ('v', 'm', 'S', 'f') AND NOT EXISTS "
    "(SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'i') "
    "ORDER BY relname"
)
_PROPERTIES = text(
    "SELECT relname AS table_name, relpersistence = 'u' AS is_unlogged, relrowsecurity AS has_security, "
    "EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgisinternal AND tgenabled <> 'O') AS is_off, "
    "ARRAY(SELECT ARRAY[tgname::text, tgenabled::text, pg_get_triggerdef(oid)] FROM pg_trigger "
    "WHERE tgrelid = pg_class.oid AND NOT tgisinternal) AS triggers, "
    "ARRAY(SELECT rulename::text FROM pg_rewrite WHERE ev_class = pg_class.oid ORDER BY rulename) AS rules, "
    "ARRAY(SELECT ARRAY[attname::text, format_type(atttypid, atttypmod)] FROM pg_attribute "
    "JOIN pg_type ON pg_type.oid = atttypid WHERE attrelid = pg_class.oid AND attcollation <> typcollation "
    "AND NOT attisdropped ORDER BY attnum) AS collated "
    "FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = :schema AND relkind = 'r'"
)
_COMPUTED = text(
    "SELECT relname AS table_name, attname AS name, attgenerated::text AS how, "
    "pg_get_expr(adbin, adrelid) AS expression FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
    "JOIN pg_namespace ON pg_namespace.oid = relnamespace "
    "LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
    "WHERE nspname = :schema AND relkind = 'r' AND attnum > 0 AND NOT attisdropped"
)
_EXPRESSION = (
    "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum "
    "WHERE adrelid = 'pg_temp.__probe'::regclass AND attgenerated = 'v'"
)
_CHECK = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'pg_temp.__probe'::regclass"
PREDICATES = {
    "deleted_at IS NULL": "(deleted_at IS NULL)",
    "position IS NULL": '("position" IS NULL)',
    "position IS NOT NULL": '("position" IS NOT NULL)',
}
"""Those that indexes of ours have, as SQLAlchemy and as PostgreSQL writes them."""


def _by_table(connection: Connection, query: Any, schema: str) -> Mapping[str, dict[str, Row[Any]]]:
    found: dict[str, dict[str, Row[Any]]] = {}
    for row in connection.execute(query, {"schema": schema}):
        found.setdefault(row.table_name, {})[row.name] = row
    return found


KINDS = {"v": "view", "m": "materialized view", "S": "sequence", "f": "foreign table"}
"""What a workspace has none of, by pg_class.relkind."""


def _strangers(connection: Connection, schema: str) -> Iterator[Difference]:
    for row in connection.execute(_RELATIONS, {"schema": schema}):
        kind = KINDS[row.kind]
        fix = f"DROP {kind.upper()} {quote(schema)}.{quote(row.name)}"
        yield Difference(f'The {kind} "{row.name}" belongs to no object.', fix)


def _properties(connection: Connection, model: Mapping[str, Table], schema: str) -> Iterator[Difference]:
    for row in connection.execute(_PROPERTIES, {"schema": schema}):
        if row.table_name not in model:
            continue
        of, name = f'"{row.table_name}"', _name(model[row.table_name])
        if row.is_unlogged:
            yield Difference(f"The table {of} is not logged: a crash empties it.", f"ALTER TABLE {name} SET LOGGED")
        if row.has_security:
            fix = f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"
            yield Difference(f"The table {of} has row level security, which hides records.", fix)
        if row.is_off:
            what = f"The table {of} has triggers that are switched off: its foreign keys are not kept."
            yield Difference(what, f"ALTER TABLE {name} ENABLE TRIGGER ALL")
        yield from _triggers(model[row.table_name], row.triggers)
        yield from _rules(model[row.table_name], row.rules)
        yield from _collations(model[row.table_name], row.collated)


def _triggers(table: Table, there: Sequence[Sequence[str]]) -> Iterator[Difference]:
    if is_watched(table) and [TRIGGER, "O", kept(str(table.schema), table.name)] not in there:
        yield unwatched(table)
    for each, _, _ in there:
        if each != TRIGGER:
            what = f'The trigger "{each}" of "{table.name}" belongs to no field.'
            yield Difference(what, f"DROP TRIGGER {quote(each)} ON {_name(table)}")


def _rules(table: Table, there: Sequence[str]) -> Iterator[Difference]:
    for each in there:
        what = f'The rule "{each}" of "{table.name}" belongs to no field.'
        yield Difference(what, f"DROP RULE {quote(each)} ON {_name(table)}")


def _collations(table: Table, there: Sequence[Sequence[str]]) -> Iterator[Difference]:
    for column, kind in there:
        what = f'The column "{table.name}.{column}" is ordered by another collation than the database has.'
        yield Difference(what, f"ALTER TABLE {_name(table)} ALTER COLUMN {quote(column)} TYPE {kind}")


def unwatched(table: Table) -> Difference:
    what = f'Nobody is told what foreign keys do to records of "{table.name}".'
    return Difference(what, watch(str(table.schema), table.name))


def _formulas(connection: Connection, table: Table, there: Mapping[str, Row[Any]]) -> Iterator[Difference]:
    """A column that is computed, and should not be, or the other way round, or otherwise."""
    name = _name(table)
    for column in table.columns:
        row, what = there.get(column.name), f'The column "{table.name}.{column.name}"'
        definition = str(CreateColumn(column).compile(dialect=DIALECT)).strip()
        anew = f"ALTER TABLE {name} ADD COLUMN {definition}"
        drop = f"ALTER TABLE {name} DROP COLUMN {quote(column.name)}"
        if row is None and column.computed is not None:
            yield Difference(f"{what} is missing.", anew)
        elif row is not None and column.computed is None and row.how:
            yield Difference(f"{what} is computed, but its field is no formula.", f"{drop};\n{anew}")
        elif row is not None and column.computed is not None and row.expression != _kept(connection, table, column):
            yield Difference(f"{what} does not compute what its formula says.", f"{drop};\n{anew}")
    for row in there.values():
        if row.how and row.name not in table.columns:
            what = f'The column "{table.name}.{row.name}" belongs to no field.'
            yield Difference(what, f"ALTER TABLE {name} DROP COLUMN {quote(row.name)}")


def _kept(connection: Connection, table: Table, column: Column[Any]) -> str:
    plain = [each for each in table.columns if each.computed is None]
    others = ", ".join(f"{quote(each.name)} {each.type.compile(dialect=DIALECT)}" for each in plain)
    return as_kept(connection, f"{others}, {CreateColumn(column).compile(dialect=DIALECT)}", _EXPRESSION)


def _constraints(connection: Connection, table: Table, there: Mapping[str, Row[Any]]) -> Iterator[Difference]:
    wanted = {
        str(each.name): each
        for each in table.constraints
        if isinstance(each, CheckConstraint) or (isinstance(each, PrimaryKeyConstraint) and each.columns)
    }
    for name, constraint in wanted.items():
        row = there.get(name)
        if row is None:
            yield Difference(f'The constraint "{name}" of "{table.name}" is missing.', _sql(AddConstraint(constraint)))
        elif row.definition.removesuffix(" NOT VALID") != _definition(connection, constraint):
            fix = f"{_drop_constraint(table, name)};\n{_sql(AddConstraint(constraint))}"
            yield Difference(f'The constraint "{name}" of "{table.name}" does not say what the model says.', fix)
    for name, row in there.items():
        if row.kind != "f" and name not in wanted:
            what = f'The constraint "{name}" of "{table.name}" belongs to no field.'
            yield Difference(what, _drop_constraint(table, name))
        elif not row.is_valid and _is_broken(connection, table, wanted.get(name)):
            fix = f"ALTER TABLE {_name(table)} VALIDATE CONSTRAINT {quote(name)}"
            yield Difference(f'The constraint "{name}" of "{table.name}" was never validated.', fix)


def _is_broken(connection: Connection, table: Table, check: PrimaryKeyConstraint | CheckConstraint | None) -> bool:
    """A CHECK need not be validated where all records are known to keep to it; a foreign key has to be."""
    if not isinstance(check, CheckConstraint):
        return True
    return bool(connection.execute(select(exists().select_from(table).where(~check.sqltext))).scalar_one())


def _definition(connection: Connection, constraint: PrimaryKeyConstraint | CheckConstraint) -> str:
    if isinstance(constraint, CheckConstraint):
        wanted = constraint.sqltext.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
        columns = ", ".join(f"{quote(each.name)} {each.type.compile(dialect=DIALECT)}" for each in constraint.columns)
        return as_kept(connection, f"{columns}, CHECK ({wanted})", _CHECK)
    return f"PRIMARY KEY ({', '.join(each.name for each in constraint.columns)})"


def _indexes(table: Table, there: Mapping[str, Row[Any]]) -> Iterator[Difference]:
    """Missing ones and other columns are seen by Alembic."""
    for index in table.indexes:
        row = there.get(str(index.name))
        if row is None:
            continue
        if row.predicate != _predicate(index):
            fix = f"{_sql(DropIndex(index))};\n{_sql(CreateIndex(index))}"
            what = f'The index "{index.name}" of "{table.name}" covers other records than it should.'
            yield Difference(what, fix)
        elif not row.is_valid:
            fix = f"REINDEX INDEX {quote(str(table.schema))}.{quote(str(index.name))}"
            yield Difference(f'The index "{index.name}" of "{table.name}" is not valid.', fix)


def _predicate(index: Index) -> str | None:
    where = index.dialect_options["postgresql"]["where"]
    return None if where is None else PREDICATES[str(where.compile(dialect=DIALECT)).rpartition(".")[2]]


def _sql(statement: ExecutableDDLElement) -> str:
    return str(statement.compile(dialect=DIALECT)).strip()


def _drop_constraint(table: Table, name: str) -> str:
    return f"ALTER TABLE {_name(table)} DROP CONSTRAINT {quote(name)}"


def _name(table: Table) -> str:
    return f"{quote(str(table.schema))}.{quote(table.name)}"
