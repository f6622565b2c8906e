"""The SQL of each operator of types/operators.py, and what type its value is bound as."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Text, any_, func, literal_column, true
from sqlalchemy.types import TypeEngine

from armature.schema_builder.compile.plan import Compare
from armature.schema_builder.types.operators import OPERATORS
from armature.schema_builder.types.scalars import SCALARS

Sql = ColumnElement[Any]

EMPTY: Sql = literal_column("''", Text())

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

JSON_SQL: Mapping[str, Callable[[Sql, Sql], Sql]] = {
    **OPERATOR_SQL,
    "contains": lambda column, value: column.op("@>", is_comparison=True)(value),
    "hasKey": lambda column, value: column.op("?", is_comparison=True)(value),
}


def comparison_sql(compare: Compare, column: Sql, bound: Callable[[Any, TypeEngine[Any]], Sql]) -> Sql:
    """`bound` makes the parameter for a bind of a type."""
    if isinstance(compare.value, str):
        return column.is_(None) if compare.value == "NULL" else column.is_not(None)
    scalar = compare.entry.scalar
    table = JSON_SQL if scalar == "JSON" else OPERATOR_SQL
    return table[compare.operator](column, bound(compare.value, _bound_type(scalar, compare.operator)))


def sql_type(scalar: str) -> TypeEngine[Any]:
    """What a value of this scalar is bound as; a choice is text."""
    return Text() if scalar == "ENUM" else SCALARS[scalar].sql


def _bound_type(scalar: str, operator: str) -> TypeEngine[Any]:
    match OPERATORS[scalar][operator]:
        case "many":
            return ARRAY(sql_type(scalar))
        case "text":
            return Text()
        case "yes":
            return Boolean()
        case _:
            return sql_type(scalar)
