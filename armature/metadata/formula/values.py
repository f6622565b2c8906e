"""What a formula's parts are: a type, and the SQL that computes it without ever failing.

A formula is computed when a record is read, so that a division by zero, a number out of range or a date that does not
exist has to give no value (null) and never an error. Numbers are computed as numeric, which has no overflow.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import Boolean, ColumnElement, Date, DateTime, Double, Numeric, Text, case, cast, func, literal
from sqlalchemy.types import TypeEngine

Sql: TypeAlias = ColumnElement[Any]
ValueType = Literal["text", "number", "boolean", "date", "moment", "nothing"]

LARGEST_DOUBLE, SMALLEST_DOUBLE = "1e308", "1e-300"


@dataclass(frozen=True, slots=True)
class Value:
    """`exact`: a number that has to keep its digits, for a BigInt or a Decimal is in it."""

    type: ValueType
    sql: Sql
    exact: bool = False


COLUMN_TYPES: dict[ValueType, TypeEngine[Any]] = {
    "text": Text(),
    "number": Numeric(),
    "boolean": Boolean(),
    "date": Date(),
    "moment": DateTime(timezone=True),
    "nothing": Text(),
}

SCALARS: dict[str, tuple[ValueType, bool]] = {
    "String": ("text", False),
    "ENUM": ("text", False),
    "Int": ("number", False),
    "Float": ("number", False),
    "BigInt": ("number", True),
    "Decimal": ("number", True),
    "Boolean": ("boolean", False),
    "Date": ("date", False),
    "DateTime": ("moment", False),
}
"""What a formula can read, by GraphQL scalar."""


def from_column(column: Sql, scalar: str) -> Value | None:
    """None where a formula can do nothing with it."""
    if scalar not in SCALARS:
        return None
    type_, exact = SCALARS[scalar]
    return Value(type_, cast(column, Numeric()) if type_ == "number" else column, exact)


def number(digits: str) -> Sql:
    return cast(literal(digits, Text()), Numeric())


def result(value: Value) -> tuple[str, TypeEngine[Any], Sql]:
    """The scalar of a formula, its column's type, and the SQL that gives it."""
    match value.type:
        case "number" if not value.exact:
            size = func.abs(value.sql)
            zero, fits = size < number(SMALLEST_DOUBLE), size < number(LARGEST_DOUBLE)
            return "Float", Double(), case((zero, cast(number("0"), Double())), (fits, cast(value.sql, Double())))
        case "number":
            return "Decimal", Numeric(), value.sql
        case "boolean":
            return "Boolean", Boolean(), value.sql
        case "date":
            return "Date", Date(), value.sql
        case "moment":
            return "DateTime", DateTime(timezone=True), value.sql
        case _:
            return "String", Text(), value.sql
