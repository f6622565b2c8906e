"""The records of a file in a temporary table, what of them the database refuses, and their way into the object's table.

Everything here is about all lines at once: no statement is made for a single one.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ClauseElement,
    Column,
    ColumnElement,
    FromClause,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.schema import CreateTable

from armature.core.db import DIALECT, Connection, fetch_value, render
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.comparisons import sql_type
from armature.schema_builder.compile.events import evented
from armature.schema_builder.run.caller import SYSTEM
from armature.schema_builder.run.fetch import PLACEHOLDER, prepared
from armature.schema_builder.transfer.headers import Target, is_counted
from armature.schema_builder.view import ObjectView, View

NAME = "import$lines"
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A cell that the database refuses."""

    line: int
    column: str
    value: str
    reason: str


class Staging:
    """One import's temporary table, which goes with its transaction: a line, an id, and a column for each target."""

    def __init__(self, connection: Connection, view: View, of: ObjectView, targets: Sequence[Target]) -> None:
        self._connection = connection
        self._view = view
        self._of = of
        self._schema = view.snapshot.schema
        self._targets = targets
        columns = [Column(f"c{at}", _held(each)) for at, each in enumerate(targets)]
        self._table = Table(
            NAME,
            MetaData(),
            Column("line", BigInteger()),
            Column("id", Uuid()),
            *columns,
            prefixes=["TEMPORARY"],
            postgresql_on_commit="DROP",
        )

    async def fill(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """By COPY. A row is its line, its id, and a value for each target."""
        await self._connection.execute(str(CreateTable(self._table).compile(dialect=DIALECT)))
        await self._connection.copy_records_to_table(NAME, columns=self._table.c.keys(), records=rows)
        await self._connection.execute(f'ANALYZE "{NAME}"')

    async def refused(self) -> AsyncIterator[Found]:
        """References to nothing, values that are there already, values that the file has twice."""
        for at, target in enumerate(self._targets):
            if target.link is not None:
                reason = f"is the {target.entry.name} of no {target.link.target}."
                async for each in self._found(at, self._dangling(at, target), reason):
                    yield each
            if _is_unique(self._of, target):
                async for each in self._found(at, self._held_twice(at), "is in an earlier line already."):
                    yield each
                async for each in self._found(at, self._there(at, target), f"is held by another {self._of.name}."):
                    yield each

    async def drop(self, lines: Sequence[int]) -> None:
        given: Any = bindparam("lines", type_=ARRAY(BigInteger()))
        statement = render(delete(self._table).where(self._table.c.line == any_(given)))
        await self._connection.execute(statement.sql, *statement.arguments({"lines": lines}))

    async def insert(self) -> int:
        """All that is left; how many that is."""
        joined: FromClause = self._table
        columns: dict[str, ColumnElement[Any]] = {"id": self._table.c.id}
        for at, target in enumerate(self._targets):
            value: ColumnElement[Any] = self._table.c[f"c{at}"]
            if target.link is not None and target.entry.name != "id":
                joined, value = self._joined(joined, at, target)
            elif target.entry.scalar == "JSON":
                value = cast(value, sql_type("JSON"))
            if target.column != "id":
                columns[target.column] = value
        chosen = select(*columns.values()).select_from(joined).order_by(self._table.c.line)
        build = Builder()
        made = insert(self._of.table).from_select(list(columns), chosen, include_defaults=False)
        counted = select(func.count()).select_from(evented(build, made, "CREATED"))
        sql, arguments = prepared(build.statement(counted), self._schema, SYSTEM.variables)
        count: int = await self._connection.fetchval(sql, *arguments)
        for target in self._targets:
            if target.link is None and is_counted(target.entry):
                await self._count_on(target.column)
        return count

    async def _count_on(self, column: str) -> None:
        """PostgreSQL goes on after the highest number that the file has."""
        quote = DIALECT.identifier_preparer.quote
        table = f"{quote(self._schema)}.{quote(self._of.object.table)}"
        name = await fetch_value(self._connection, select(func.pg_get_serial_sequence(table, column)))
        counter: Any = bindparam("counter", type_=Text())
        highest = select(func.max(self._of.table.c[column]) + literal_column("1")).scalar_subquery()
        ahead = func.setval(counter, func.greatest(highest, func.nextval(counter)), false())
        await self._connection.execute(self._sql(select(ahead)), name)

    def _sql(self, statement: ClauseElement) -> str:
        """Values are never in it but as they are in the model."""
        return render(statement).sql.replace(PLACEHOLDER, self._schema)

    async def _found(self, at: int, query: Select[Any], reason: str) -> AsyncIterator[Found]:
        async for row in self._connection.cursor(self._sql(query), prefetch=AT_ONCE):
            yield Found(row[0], self._targets[at].header, row[1], reason)

    def _dangling(self, at: int, target: Target) -> Select[Any]:
        """Of an object's relation to itself, what the file itself has counts too."""
        far, given = self._far(target, f"far{at}"), self._table.c[f"c{at}"]
        found: ColumnElement[bool] = exists().where(far.c[target.entry.column] == given, far.c.deleted_at.is_(None))
        own = self._own(target)
        if own is not None:
            other = self._table.alias("other")
            found = or_(found, exists().where(other.c[own] == given))
        return self._lines(at).where(given.is_not(None), ~found)

    def _held_twice(self, at: int) -> Select[Any]:
        given = self._table.c[f"c{at}"]
        earlier = func.row_number().over(partition_by=given, order_by=self._table.c.line) > literal_column("1")
        numbered = select(self._table.c.line, cast(given, Text).label("value"), earlier.label("again")).where(
            given.is_not(None)
        )
        found = numbered.subquery("numbered")
        return select(found.c.line, found.c.value).where(found.c.again).order_by(found.c.line)

    def _there(self, at: int, target: Target) -> Select[Any]:
        there = self._of.alias("there")
        same = there.c[target.column] == self._table.c[f"c{at}"]
        live = and_(same, there.c.deleted_at.is_(None)) if target.column != "id" else same
        return self._lines(at).where(exists().where(live))

    def _lines(self, at: int) -> Select[Any]:
        return select(self._table.c.line, cast(self._table.c[f"c{at}"], Text)).order_by(self._table.c.line)

    def _joined(self, joined: FromClause, at: int, target: Target) -> tuple[FromClause, ColumnElement[Any]]:
        far, given = self._far(target, f"far{at}"), self._table.c[f"c{at}"]
        is_met = and_(far.c[target.entry.column] == given, far.c.deleted_at.is_(None))
        joined, value = joined.outerjoin(far, is_met), far.c.id
        own = self._own(target)
        if own is None:
            return joined, value
        other = self._table.alias(f"own{at}")
        return joined.outerjoin(other, other.c[own] == given), func.coalesce(value, other.c.id)

    def _far(self, target: Target, name: str) -> FromClause:
        return self._view[target.link.target if target.link else self._of.name].alias(name)

    def _own(self, target: Target) -> str | None:
        """Where the file itself has what a relation of the object to itself is matched by."""
        if target.link is None or target.link.target != self._of.name:
            return None
        if target.entry.name == "id":
            return "id"
        places = (f"c{at}" for at, each in enumerate(self._targets) if each.column == target.entry.column)
        return next(places, None)


def _held(target: Target) -> Any:
    """Documents wait as text: COPY in binary has no other form of them here."""
    return Text() if target.entry.scalar == "JSON" else sql_type(target.entry.scalar)


def _is_unique(of: ObjectView, target: Target) -> bool:
    if target.link is None:
        return any(each.column == target.column for each in of.unique_entries.values())
    return target.link.field.is_unique and target.entry.name == "id"
