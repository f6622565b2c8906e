"""A plan becomes one SQL statement: a pure function, so equal plans give equal text.

Row form throughout: PostgreSQL makes JSON of whole rows of a sub-select whose aliases are the response keys
(`json_agg(r)`, `row_to_json(r)`), which is much faster than building objects key by key, and keeps their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.sql.selectable import NamedFromClause
from sqlalchemy.types import TypeEngine

from armature.core.db import render
from armature.schema_builder.compile.binds import Bind, Constant
from armature.schema_builder.compile.comparisons import comparison_sql
from armature.schema_builder.compile.plan import (
    All,
    Column,
    Compare,
    Condition,
    Either,
    Link,
    Not,
    Order,
    Output,
    Read,
    Related,
    Rows,
    TypeName,
)
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import ObjectView

Sql = ColumnElement[Any]

NO_ROWS: Sql = literal_column("'[]'::json")


@dataclass(frozen=True, slots=True)
class Statement:
    """`sql` names the workspace's schema by tables.SCHEMA; `binds` are its parameters in their order."""

    sql: str
    binds: tuple[Bind, ...]


def reads_statement(reads: Sequence[Read]) -> Statement:
    """One statement for all root fields: a column of JSON for each, in their order.

    A single root field is selected directly, and then gives no row where there is no record.
    """
    build = Builder()
    if len(reads) == 1:
        return build.statement(build.json(reads[0].rows))
    columns = [build.json(each.rows).scalar_subquery().label(f"f{at}") for at, each in enumerate(reads)]
    return build.statement(select(*columns))


class Builder:
    """Numbers aliases and parameters in the order of the plan while one statement is built."""

    def __init__(self) -> None:
        self._binds: dict[str, Bind] = {}
        self._levels = 0

    def statement(self, whole: Any) -> Statement:
        rendered = render(whole)
        return Statement(rendered.sql, tuple(self._binds[name] for name in rendered.names))

    def bound(self, bind: Bind, kind: TypeEngine[Any]) -> Sql:
        name = f"p{len(self._binds)}"
        self._binds[name] = bind
        return bindparam(name, type_=kind)

    def level(self) -> int:
        self._levels += 1
        return self._levels

    def alias(self, of: ObjectView) -> NamedFromClause:
        return of.table.alias(f"t{self.level()}")

    def json(self, rows: Rows, link: Link | None = None, above: FromClause | None = None) -> Select[Any]:
        """The records of a level as one JSON value: a list, or a record by itself."""
        table = self.alias(rows.object)
        inner = self._narrowed(rows, table, is_nested=link is not None)
        if rows.condition != All(()):
            inner = inner.where(self.condition(rows.condition, table))
        if link is not None and above is not None:
            inner = inner.where(table.c[link.far] == above.c[link.near]).correlate(above)
        return self.as_json(inner, rows)

    def as_json(self, inner: Select[Any], rows: Rows) -> Select[Any]:
        record = inner.subquery(f"r${self.level()}")  # a name no response key has
        if rows.is_list:
            return select(func.coalesce(func.json_agg(record.table_valued()), NO_ROWS).label("j")).select_from(record)
        return select(func.row_to_json(record.table_valued()).label("j")).select_from(record)

    def _narrowed(self, rows: Rows, table: NamedFromClause, is_nested: bool) -> Select[Any]:
        joined, order = self.ordered(rows.orders, table) if rows.is_list else (table, [])
        columns = []
        for output in rows.outputs:
            if isinstance(output, Link) and is_nested and rows.is_list and not output.rows.is_list:
                joined, column = self._joined(output, table, joined)
            else:
                column = self._output(output, table)
            columns.append(column.label(quoted_name(output.key, quote=True)))
        inner = select(*columns).select_from(joined)
        inner = inner.where(table.c.deleted_at.is_(None)).order_by(*order)
        if rows.limit is not None:
            inner = inner.limit(self._count(rows.limit))
        if rows.offset is not None:
            inner = inner.offset(self._count(rows.offset))
        return inner

    def _count(self, bind: Bind) -> Sql:
        """A number known beforehand is written out: PostgreSQL then plans for it."""
        if isinstance(bind, Constant):
            return literal_column(str(int(bind.value)))
        return self.bound(bind, BigInteger())

    def outputs(self, outputs: Sequence[Output], table: NamedFromClause) -> list[Sql]:
        return [self._output(each, table).label(quoted_name(each.key, quote=True)) for each in outputs]

    def _output(self, output: Output, table: NamedFromClause) -> Sql:
        match output:
            case Column(entry=entry):
                column: Sql = table.c[entry.column]
                return cast(column, Text) if entry.scalar != "ENUM" and SCALARS[entry.scalar].as_text else column
            case TypeName(name=name):
                return self.bound(Constant(name), Text())
            case Link():
                return self._nested(output, table)

    def _nested(self, link: Link, table: NamedFromClause) -> ScalarSelect[Any]:
        return self.json(link.rows, link, table).scalar_subquery()

    def _joined(self, link: Link, table: NamedFromClause, joined: FromClause) -> tuple[FromClause, Sql]:
        """A to-one relation within a nested list, as a join: PostgreSQL then sees through to the level above.

        In a list at the root, a sub-select is better: it is run for the rows that the limit leaves.
        """
        record = self.json(link.rows, link, table).lateral(f"l{self.level()}")
        return joined.outerjoin(record, true()), record.c.j

    def ordered(self, orders: Sequence[Order], table: NamedFromClause) -> tuple[FromClause, list[Sql]]:
        """What to select from, and by what to order: made total by the id."""
        joined: FromClause = table
        reached: dict[tuple[str, ...], NamedFromClause] = {(): table}
        keys: list[Sql] = []
        for order in orders:
            path: tuple[str, ...] = ()
            for step in order.through:
                near = reached[path]
                path = (*path, step.near, step.far, step.to.name)
                if path not in reached:
                    reached[path] = far = self.alias(step.to)
                    is_met = far.c[step.far] == near.c[step.near]
                    joined = joined.outerjoin(far, and_(is_met, far.c.deleted_at.is_(None)))
            keys.append(self._key(order, reached[path]))
            if order.entry.column == "id" and not path:
                return joined, keys
        return joined, [*keys, table.c.id]

    def _key(self, order: Order, table: NamedFromClause) -> Sql:
        value: Sql = table.c[order.entry.column]
        if order.entry.options:
            values = Constant([option.value for option in order.entry.options])
            value = func.array_position(self.bound(values, ARRAY(Text())), value)
        direction, _, nulls = order.direction.partition("_")
        key: Sql = value.asc() if direction == "ASC" else value.desc()
        match nulls:
            case "NULLS_FIRST":
                return key.nulls_first()
            case "NULLS_LAST":
                return key.nulls_last()
            case _:
                return key

    def condition(self, condition: Condition, table: NamedFromClause) -> Sql:
        match condition:
            case All(of=()):
                return true()
            case All(of=parts):
                return and_(*(self.condition(each, table) for each in parts))
            case Either(of=parts):
                return or_(false(), *(self.condition(each, table) for each in parts))
            case Not(of=part):
                return self.condition(part, table).is_not(true())
            case Compare():
                return comparison_sql(condition, table.c[condition.entry.column], self.bound)
            case Related():
                return self._related(condition, table)

    def _related(self, related: Related, table: NamedFromClause) -> Sql:
        far = self.alias(related.to)
        found = (
            exists()
            .select_from(far)
            .where(far.c[related.far] == table.c[related.near], far.c.deleted_at.is_(None))
            .where(self.condition(related.condition, far))
            .correlate(table)
        )
        return found if related.quantifier == "some" else ~found
