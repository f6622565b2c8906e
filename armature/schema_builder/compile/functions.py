"""The SQL of the aggregates of metadata/aggregates.py."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ARRAY, Double, Text, cast, distinct, false, func, literal_column, not_, true
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import TypeEngine

from armature.metadata.operators import OPERATORS
from armature.schema_builder.compile.binds import Bind, Constant
from armature.schema_builder.compile.comparisons import OPERATOR_SQL, TABLES, Sql
from armature.schema_builder.compile.plan.orders import Aggregate
from armature.schema_builder.view import Plain

HUNDRED: Sql = literal_column("100")
ZERO: Sql = literal_column("0")

Bound = Callable[[Bind, TypeEngine[Any]], Sql]


def aggregate_sql(aggregate: Aggregate, value: Callable[[Plain], Sql], bound: Bound) -> tuple[Sql, Sql]:
    """An aggregate of rows that have a `value`: what it is compared by, and itself: for choices not the same."""
    entry = aggregate.entry
    if entry is None:
        return func.count(), func.count()
    column = value(entry)
    if aggregate.scalar == "ENUM":
        options = bound(Constant([each.value for each in entry.options]), ARRAY(Text()))
        place = FUNCTION_SQL[aggregate.function](entry, func.array_position(options, column))
        return place, Grouping(options)[place]
    found = FUNCTION_SQL[aggregate.function](entry, column)
    return found, found


def is_empty(entry: Plain, column: Sql) -> Sql:
    if "isEmpty" in OPERATORS[entry.scalar]:
        return TABLES.get(entry.scalar, OPERATOR_SQL)["isEmpty"](column, true())
    return column.is_(None)


def _count_where(condition: Sql) -> Sql:
    return func.count().filter(condition)


def _percent_where(condition: Sql) -> Sql:
    return cast(HUNDRED * _count_where(condition), Double()).op("/")(func.nullif(func.count(), ZERO))


def _average(entry: Plain, value: Sql) -> Sql:
    """Of whole numbers and decimals PostgreSQL gives a numeric, with zeros at its end."""
    match entry.scalar:
        case "Int":
            return cast(func.avg(value), Double())
        case "Float":
            return func.avg(value)
        case _:
            return func.trim_scale(func.avg(value))


FUNCTION_SQL: Mapping[str, Callable[[Plain, Sql], Sql]] = {
    "countDistinct": lambda _, value: func.count(distinct(value)),
    "sum": lambda _, value: func.sum(value),
    "avg": _average,
    "min": lambda _, value: func.min(value),
    "max": lambda _, value: func.max(value),
    "countEmpty": lambda entry, value: _count_where(is_empty(entry, value)),
    "countNotEmpty": lambda entry, value: _count_where(not_(is_empty(entry, value))),
    "percentEmpty": lambda entry, value: _percent_where(is_empty(entry, value)),
    "percentNotEmpty": lambda entry, value: _percent_where(not_(is_empty(entry, value))),
    "countTrue": lambda _, value: _count_where(value == true()),
    "countFalse": lambda _, value: _count_where(value == false()),
}
