"""What statements are made of: parameters and aliases, conditions, orders, the columns of a record.

Row form throughout: PostgreSQL makes JSON of whole rows of a sub-select whose aliases are the response keys
(`json_agg(r)`, `row_to_json(r)`), which is much faster than building objects key by key, and keeps their order.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
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
from armature.metadata.model import Option
from armature.metadata.rights import Right
from armature.metadata.searched import naming
from armature.schema_builder.compile.binds import Bind, Constant
from armature.schema_builder.compile.comparisons import compared, comparison_sql, sql_type
from armature.schema_builder.compile.distances import NAN, distance_sql
from armature.schema_builder.compile.functions import aggregate_sql
from armature.schema_builder.compile.plan.conditions import (
    EVERY_RECORD,
    Alike,
    All,
    Compare,
    Condition,
    Either,
    Near,
    Not,
    Related,
    Sought,
)
from armature.schema_builder.compile.plan.distances import Distance
from armature.schema_builder.compile.plan.levels import Among, Groups, Level, Link, OneOf, Output, Page, Rows, Summary
from armature.schema_builder.compile.plan.orders import Aggregate, Order, Step, Total
from armature.schema_builder.compile.plan.outputs import Column, Composed, Measured, TypeName
from armature.schema_builder.compile.rollups import total_of
from armature.schema_builder.compile.sought import Searched, found_sql
from armature.schema_builder.search import NOTHING, document_of, likeness, text_of, written
from armature.schema_builder.types.scalars import shown_as
from armature.schema_builder.view import ObjectView, Plain, Rolled

Sql = ColumnElement[Any]

NO_ROWS: Sql = literal_column("'[]'::json")
ZERO: Sql = literal_column("0")


@dataclass(frozen=True, slots=True)
class Statement:
    """`sql` names the workspace's schema by tables.SCHEMA; `binds` are its parameters in their order.

    `tables` are those that it reads, row rules, rollups and link records included.
    """

    sql: str
    binds: tuple[Bind, ...]
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order: `value` is what PostgreSQL compares, of a choice its place among the options.

    `held` is the value itself. `direction` is "" for the id that makes an order total.
    """

    of: Plain | Aggregate | Distance
    direction: str
    value: Sql
    held: Sql
    can_be_null: bool

    @property
    def is_ascending(self) -> bool:
        return self.direction.startswith("ASC")

    @property
    def has_nulls_first(self) -> bool:
        return self.direction.endswith("NULLS_FIRST") or self.direction == "DESC"

    @property
    def sorted(self) -> Sql:
        direction, _, nulls = self.direction.partition("_")
        way = DIRECTIONS[direction](self.value)
        return NULLS[nulls](way)


DIRECTIONS: Mapping[str, Callable[[Sql], Sql]] = {
    "": lambda value: value,
    "ASC": lambda value: value.asc(),
    "DESC": lambda value: value.desc(),
}
NULLS: Mapping[str, Callable[[Sql], Sql]] = {
    "": lambda key: key,
    "NULLS_FIRST": lambda key: key.nulls_first(),
    "NULLS_LAST": lambda key: key.nulls_last(),
}


def keyed(key: str, column: Sql) -> Sql:
    """A column under a response key."""
    return column.label(quoted_name(key, quote=True))


class Parts(ABC):
    """Numbers aliases and parameters in the order of the plan while one statement is built."""

    def __init__(self) -> None:
        self._binds: dict[str, Bind] = {}
        self._known: dict[int, Sql] = {}
        self._beside: list[CTE] = []
        self._levels = 0
        self._tables: set[str] = set()

    def statement(self, whole: Select[*tuple[Any, ...]]) -> Statement:
        """What writes records is never a statement by itself: see compile/events.py."""
        rendered = render(whole.add_cte(*self._beside))
        return Statement(rendered.sql, tuple(self._binds[name] for name in rendered.names), frozenset(self._tables))

    def beside(self, part: CTE) -> None:
        """One more part of the statement, which nothing is selected from."""
        self._beside.append(part)

    def bound(self, bind: Bind, kind: TypeEngine[Any]) -> Sql:
        name = f"p{len(self._binds)}"
        self._binds[name] = bind
        return bindparam(name, type_=kind)

    def once(self, bind: Bind, kind: TypeEngine[Any]) -> Sql:
        """As `bound`, where the same bind may be asked for again."""
        known = self._known.get(id(bind))
        if known is None:
            known = self._known[id(bind)] = self.bound(bind, kind)
        return known

    def level(self) -> int:
        self._levels += 1
        return self._levels

    def alias(self, of: ObjectView) -> NamedFromClause:
        self._tables.add(of.object.table)
        return of.alias(f"t{self.level()}")

    def visible(self, of: ObjectView, table: FromClause, to: Right = "READ") -> Sql:
        """Whether a record is there for the caller: not deleted, and let in by the row rule.

        The one way to the records of a table: every statement narrows each table that it names by this, or, where
        deleted records count too, by `allowed`.
        """
        return and_(table.c.deleted_at.is_(None), *self.allowed(of, table, to))

    def allowed(self, of: ObjectView, table: FromClause, to: Right = "READ") -> Sequence[Sql]:
        """What a record, deleted or not, must meet for the caller to do this with it; nothing where all may be."""
        rule = of.rule(to)
        return () if rule is None else (self.condition(rule, table),)

    @abstractmethod
    def json(self, level: Level, link: Link | None = None, above: FromClause | None = None) -> Select[Any]:
        """The records of a level as one JSON value, all of them or those that `link` leads to from a row `above`."""

    def met(self, link: Link | Related | Total, near: FromClause, far: FromClause) -> Sql:
        """Whether the two records belong together; link records, where there are any, are one more source."""
        if link.via is None:
            return far.c[link.far] == near.c[link.near]
        between = self.alias(link.via.object)
        return and_(
            between.c[link.via.far] == far.c[link.far],
            between.c[link.via.near] == near.c[link.near],
            self.visible(link.via.object, between),
        )

    def record_name(self) -> str:
        """For rows that become JSON: a name no response key has."""
        return f"r${self.level()}"

    def as_record(self, inner: Select[Any]) -> Select[Any]:
        """A row as a JSON object."""
        record = inner.subquery(self.record_name())
        return select(func.row_to_json(record.table_valued()).label("j")).select_from(record)

    def as_list(self, inner: Select[Any]) -> Select[Any]:
        """Rows as a JSON list."""
        record = inner.subquery(self.record_name())
        return select(func.coalesce(func.json_agg(record.table_valued()), NO_ROWS).label("j")).select_from(record)

    def as_json(self, inner: Select[Any], rows: Rows) -> Select[Any]:
        return self.as_list(inner) if rows.is_list else self.as_record(inner)

    def narrowed(
        self,
        inner: Select[Any],
        level: Level | Among,
        table: NamedFromClause,
        link: Link | None,
        above: FromClause | None,
    ) -> Select[Any]:
        """Of what is selected from a table, the records of a level."""
        to: Right = "AGGREGATE" if isinstance(level, Summary | Groups) else "READ"
        if level.with_deleted:
            inner = inner.where(*self.allowed(level.object, table, to))
        else:
            inner = inner.where(self.visible(level.object, table, to))
        if level.condition != EVERY_RECORD:
            inner = inner.where(self.condition(level.condition, table))
        if link is not None and above is not None:
            inner = inner.where(self.met(link, above, table)).correlate(above)
        return inner

    def shown(
        self, outputs: Iterable[Output], table: NamedFromClause, joined: FromClause, *, joins: bool
    ) -> tuple[FromClause, list[Sql]]:
        """The columns of a record, and what to select them from; `joins`: its to-one relations are joined.

        Within a nested list, PostgreSQL then sees through to the level above. In a list at the root, a sub-select is
        better: it is run for the rows that the limit leaves.
        """
        columns: list[Sql] = []
        column: Sql
        for output in outputs:
            if joins and isinstance(output, Link) and isinstance(output.rows, Rows) and not output.rows.is_list:
                record = self.json(output.rows, output, table).lateral(f"l{self.level()}")
                joined, column = joined.outerjoin(record, true()), record.c.j
            else:
                column = self.output(output, table)
            columns.append(column)
        return joined, columns

    def count(self, bind: Bind) -> Sql:
        """A number known beforehand is written out: PostgreSQL then plans for it."""
        if isinstance(bind, Constant):
            return literal_column(str(int(bind.value)))
        return self.bound(bind, BigInteger())

    def outputs(self, outputs: Sequence[Output], table: NamedFromClause) -> list[Sql]:
        return [keyed(each.key, self.output(each, table)) for each in outputs]

    def output(self, output: Output, table: NamedFromClause) -> Sql:
        match output:
            case Column(entry=entry):
                column = self.value(entry, table)
                shown = shown_as(entry.scalar)
                return column if shown is None else cast(column, shown)
            case Measured(distance=distance):
                return func.nullif(distance_sql(distance, self.value(distance.entry, table), self.bound), NAN)
            case Composed():
                return self._composed(output, table)
            case TypeName():
                return self.type_name(output)
            case Link():
                return self._nested(output, table)
            case OneOf(links=found):
                return func.coalesce(*(self._nested(each, table) for each in found))

    def _composed(self, output: Composed, table: NamedFromClause) -> Sql:
        """A row within the row, of which JSON makes an object."""
        parts = select(*self.outputs(output.outputs, table)).correlate(table).subquery(self.record_name())
        whole = select(parts.table_valued()).scalar_subquery()
        if output.entry.is_required:
            return whole
        return case((or_(*(table.c[each.column].is_not(None) for each in output.entry.parts.values())), whole))

    def type_name(self, output: TypeName) -> Sql:
        return self.bound(Constant(output.name), Text())

    def _nested(self, link: Link, table: NamedFromClause) -> ScalarSelect[Any]:
        return self.json(link.rows, link, table).scalar_subquery()

    def keys(self, level: Rows | Page, table: NamedFromClause, link: Link | None) -> tuple[FromClause, list[Key]]:
        """What to select from, and by what to order: made total by the id."""
        ways = Ways(self, table, is_for_all=link is None and level.condition == EVERY_RECORD)
        found = self.keys_by(level.orders, level.object, ways)
        return ways.joined, found

    def keys_by(self, orders: Sequence[Order], of: ObjectView, ways: "Ways") -> list[Key]:
        """As `keys`, where other things are reached as well."""
        keys: list[Key] = []
        for order in orders:
            table = ways.to(order.through)
            if isinstance(order.by, Distance):
                held = distance_sql(order.by, self.value(order.by.entry, table), self.bound)
                keys.append(Key(order.by, order.direction, held, held, order.can_be_null))
            elif isinstance(order.by, Total | Rolled):
                total = total_of(order.by) if isinstance(order.by, Rolled) else order.by
                keys.append(self._total(order, total, table, ways))
            else:
                held = self.value(order.by, table)
                value = self.place(order.by.options, held) if order.by.options else held
                keys.append(Key(order.by, order.direction, value, held, order.can_be_null))
            if order.is_by_id:
                return keys
        id_: Sql = ways.table.c.id
        return [*keys, Key(of.unique_entries["id"], "", id_, id_, can_be_null=False)]

    def place(self, options: Sequence[Option], value: Sql) -> Sql:
        """A choice's place among the options."""
        return func.array_position(self.bound(Constant([each.value for each in options]), ARRAY(Text())), value)

    def _total(self, order: Order, total: Total, table: NamedFromClause, ways: "Ways") -> Key:
        """An aggregate for each record to be ordered; none where there is no record."""
        far = self.alias(total.to)
        compared, held = self.aggregate(total.aggregate, far)
        found = self._aggregated(total, far, compared.label("v"), held.label("h"))
        if ways.is_for_all and not order.through and total.via is None:
            value, shown = self._total_of_all(total, found, far, ways)
        else:
            each = found.where(self.met(total, table, far)).correlate(table).lateral(f"l{self.level()}")
            ways.join(each, table.c.id.is_not(None) if order.through else true())
            value, shown = each.c.v, each.c.h
        return Key(total.aggregate, order.direction, value, shown, order.can_be_null)

    def _total_of_all(self, total: Total, found: Select[Any], far: FromClause, ways: "Ways") -> tuple[Sql, Sql]:
        """In one pass over all that is aggregated: where all records are to be ordered, this is the shorter way."""
        key: Sql = far.c[total.far]
        grouped = found.add_columns(key.label("k")).group_by(key).subquery(f"l{self.level()}")
        ways.join(grouped, grouped.c.k == ways.table.c[total.near])
        if total.aggregate.is_required:
            return func.coalesce(grouped.c.v, ZERO), func.coalesce(grouped.c.h, ZERO)
        return grouped.c.v, grouped.c.h

    def _aggregated(self, total: Total, far: NamedFromClause, *columns: Sql) -> Select[Any]:
        found = select(*columns).select_from(far).where(self.visible(total.to, far))
        return found if total.condition == EVERY_RECORD else found.where(self.condition(total.condition, far))

    def aggregate(self, aggregate: Aggregate, table: FromClause) -> tuple[Sql, Sql]:
        """An aggregate of the rows of a table: what it is compared by, and its value: for choices not the same."""
        return aggregate_sql(aggregate, lambda entry: self.value(entry, table), self.bound)

    def value(self, entry: Plain, table: FromClause) -> Sql:
        """What a row of a table has of an entry."""
        if not isinstance(entry, Rolled):
            return table.c[entry.column]
        total = total_of(entry)
        far = self.alias(total.to)
        found = self._aggregated(total, far, self.aggregate(total.aggregate, far)[1])
        return found.where(self.met(total, table, far)).correlate(table).scalar_subquery()

    def searched(self, sought: Sought, table: FromClause) -> Searched:
        """What is not in sight is as if it were empty, at its place: else a phrase could tell what stands there."""
        if not sought.of:
            value = document_of(self.value(sought.entries[0], table))
            return Searched(value, value, value, table, sought.terms, self.once)
        name = str(getattr(table, "name", ""))
        texts = {each.column: text_of(each, name) for each in sought.of}
        seen = {each.field.column for each in sought.entries}
        shown = [text if column in seen else NOTHING for column, text in texts.items()]
        called = written(shown[: naming(sought.of)])
        return Searched(written(shown), called, written(texts.values()), table, sought.terms, self.once)

    def _alike(self, alike: Alike, table: FromClause) -> Sql:
        """An index on what is compared serves it: the other side is known before the records are looked at."""
        held = likeness(alike.entry.scalar, table.c[alike.entry.column])
        if alike.of is None:
            return held == likeness(alike.entry.scalar, self.once(alike.value, sql_type(alike.entry.scalar)))
        other = self.alias(alike.of)
        is_it = other.c.id == self.once(alike.value, Uuid())
        value = select(likeness(alike.entry.scalar, other.c[alike.entry.column])).where(
            is_it, self.visible(alike.of, other)
        )
        return held == value.scalar_subquery()

    def condition(self, condition: Condition, table: FromClause) -> Sql:
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
                found = comparison_sql(condition, self.value(condition.entry, table), self.bound)
                return found if condition.first is None else case((self.condition(condition.first, table), found))
            case Related():
                return self._related(condition, table)
            case Near(distance=distance, operator=operator):
                held = distance_sql(distance, self.value(distance.entry, table), self.bound)
                return compared(distance.scalar, operator, held, condition.value, self.bound)
            case Sought():
                return found_sql(self.searched(condition, table))
            case Alike():
                return self._alike(condition, table)

    def _related(self, related: Related, table: FromClause) -> Sql:
        far = self.alias(related.to)
        found = (
            exists()
            .select_from(far)
            .where(self.met(related, table, far), self.visible(related.to, far))
            .where(self.condition(related.condition, far))
            .correlate(table)
        )
        return found if related.quantifier == "some" else ~found


class Ways:
    """The tables that a level's orders and keys reach through to-one relations, each joined once.

    `is_for_all`: all records of the table are to be ordered.
    """

    def __init__(self, build: Parts, table: NamedFromClause, *, is_for_all: bool = False) -> None:
        self.table = table
        self.is_for_all = is_for_all
        self.joined: FromClause = table
        self._build = build
        self._reached: dict[tuple[str, ...], NamedFromClause] = {(): table}

    def join(self, other: FromClause, condition: Sql) -> None:
        self.joined = self.joined.outerjoin(other, condition)

    def to(self, through: Sequence[Step]) -> NamedFromClause:
        path: tuple[str, ...] = ()
        for step in through:
            near = self._reached[path]
            path = (*path, step.near, step.far, step.to.name)
            if path not in self._reached:
                self._reached[path] = far = self._build.alias(step.to)
                self.join(far, and_(far.c[step.far] == near.c[step.near], self._build.visible(step.to, far)))
        return self._reached[path]
