"""The SQL of each operator of metadata/operators.py, and what type its value is bound as."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Text, and_, any_, exists, func, literal_column, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from armature.metadata.operators import AT_PATH, DOCUMENT, OPERATORS, ORDERED, PATTERNS, Takes
from armature.schema_builder.compile.binds import Bind
from armature.schema_builder.compile.plan.conditions import Compare
from armature.schema_builder.types.scalars import SCALARS, item_of

Sql = ColumnElement[Any]

EMPTY: Sql = literal_column("''", Text())
ZERO: Sql = literal_column("0")

OPERATOR_SQL: Mapping[str, Callable[[Sql, Sql], Sql]] = {
    "eq": lambda column, value: column == value,
    "neq": lambda column, value: column.is_distinct_from(value),
    "in": lambda column, values: column == any_(values),
    "notIn": lambda column, values: (column == any_(values)).is_not(true()),
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "like": lambda column, value: column.like(value),
    "ilike": lambda column, value: column.ilike(value),
    "startsWith": lambda column, value: column.like(value),
    "istartsWith": lambda column, value: column.ilike(value),
    "endsWith": lambda column, value: column.like(value),
    "iendsWith": lambda column, value: column.ilike(value),
    "contains": lambda column, value: column.like(value),
    "icontains": lambda column, value: column.ilike(value),
    "regex": lambda column, value: column.op("~", is_comparison=True)(value),
    "iregex": lambda column, value: column.op("~*", is_comparison=True)(value),
    "isEmpty": lambda column, value: (func.coalesce(column, EMPTY) == EMPTY).is_not_distinct_from(value),
}


def _any_item(column: Sql, test: Callable[[Sql], Sql]) -> Sql:
    item = func.unnest(column).table_valued("value", name="item").render_derived()
    return exists().select_from(item).where(test(item.c.value)).correlate_except(item)


def _length(column: Sql) -> Sql:
    return func.coalesce(func.cardinality(column), ZERO)


def _same_items(column: Sql, values: Sql) -> Sql:
    return and_(column.op("@>", is_comparison=True)(values), column.op("<@", is_comparison=True)(values))


LIST_SQL: Mapping[str, Callable[[Sql, Sql], Sql]] = {
    "eq": OPERATOR_SQL["eq"],
    "neq": OPERATOR_SQL["neq"],
    "containsAny": lambda column, values: column.op("&&", is_comparison=True)(values),
    "containsAll": lambda column, values: column.op("@>", is_comparison=True)(values),
    "contains": lambda column, value: _any_item(column, lambda item: item.like(value)),
    "icontains": lambda column, value: _any_item(column, lambda item: item.ilike(value)),
    "isEmpty": lambda column, value: (_length(column) == ZERO).is_not_distinct_from(value),
}

SET_SQL: Mapping[str, Callable[[Sql, Sql], Sql]] = {
    **LIST_SQL,
    "eq": _same_items,
    "neq": lambda column, values: _same_items(column, values).is_not(true()),
}
"""Of lists whose order says nothing."""

JSON_SQL: Mapping[str, Callable[[Sql, Sql], Sql]] = {
    **OPERATOR_SQL,
    "contains": lambda column, value: column.op("@>", is_comparison=True)(value),
    "hasKey": lambda column, value: column.op("?", is_comparison=True)(value),
}


def _on_text(test: Callable[[Sql, Sql], Sql]) -> Callable[[Sql, Sql], Sql]:
    return lambda found, value: test(found.op("#>>", return_type=Text())(literal_column("'{}'")), value)


def _of_one_type(test: Callable[[Sql, Sql], Sql]) -> Callable[[Sql, Sql], Sql]:
    """jsonb would also say that any number is less than any text."""
    return lambda found, value: and_(func.jsonb_typeof(found) == func.jsonb_typeof(value), test(found, value))


AT_PATH_SQL: Mapping[str, Callable[[Sql, Sql], Sql]] = {
    **{each: _on_text(OPERATOR_SQL[each]) for each in PATTERNS},
    **{each: _of_one_type(OPERATOR_SQL[each]) for each in ORDERED},
    **{each: JSON_SQL[each] for each in DOCUMENT if each != "is"},
}

TABLES: Mapping[str, Mapping[str, Callable[[Sql, Sql], Sql]]] = {
    "JSON": JSON_SQL,
    "[String]": LIST_SQL,
    "[ENUM]": SET_SQL,
}
"""By scalar, where the operators are not those of all."""


def comparison_sql(compare: Compare, column: Sql, bound: Callable[[Any, TypeEngine[Any]], Sql]) -> Sql:
    """`bound` makes the parameter for a bind of a type."""
    scalar = compare.entry.scalar
    table, operators = TABLES.get(scalar, OPERATOR_SQL), OPERATORS[scalar]
    if compare.path is not None:
        column = column.op("#>", return_type=JSONB())(bound(compare.path, ARRAY(Text())))
        table, operators = AT_PATH_SQL, AT_PATH
    if isinstance(compare.value, str):
        if compare.path is not None:
            column = func.nullif(column, literal_column("'null'", JSONB()))
        return column.is_(None) if compare.value == "NULL" else column.is_not(None)
    return table[compare.operator](column, bound(compare.value, _bound_type(scalar, operators[compare.operator])))


def compared(
    scalar: str, operator: str, value: Sql, given: Bind | str, bound: Callable[[Any, TypeEngine[Any]], Sql]
) -> Sql:
    """As `comparison_sql`, for a value that is of no field."""
    if isinstance(given, str):
        return value.is_(None) if given == "NULL" else value.is_not(None)
    return OPERATOR_SQL[operator](value, bound(given, _bound_type(scalar, OPERATORS[scalar][operator])))


def sql_type(scalar: str) -> TypeEngine[Any]:
    """What a value of this scalar is bound as; a choice is text."""
    if (item := item_of(scalar)) is not None:
        return ARRAY(sql_type(item))
    return Text() if scalar == "ENUM" else SCALARS[scalar].sql


def _bound_type(scalar: str, takes: Takes) -> TypeEngine[Any]:
    match takes:
        case "many":
            return ARRAY(sql_type(scalar))
        case "text":
            return Text()
        case "yes":
            return Boolean()
        case _:
            return sql_type(scalar)
