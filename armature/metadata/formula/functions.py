"""What a formula can call: for each function and operator what it takes, what it gives, and its SQL.

All of it is immutable, as PostgreSQL asks of a generated column: nothing knows the present time or a time zone but UTC.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Date, Integer, Numeric, Text, and_, case, cast, extract, func, literal, not_, null, or_

from armature.metadata.formula.values import Sql, Value, ValueType, number

Takes = ValueType | Literal["same", "any"]
"""`same`: all arguments of this kind have one type, which the result has too."""

MOST_DIGITS = 15
LONGEST_TEXT = 10_000
LONGEST_INSERTED = 100
MOST_DAYS = 1_000_000
EARLIEST, LATEST = "0001-01-01", "9999-12-31"
NUMERIC_TEXT = r"^\s*[-+]?[0-9]{1,100}(\.[0-9]{1,100})?\s*$"


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` names the types of the arguments; the last may repeat (`more`) or be left out (`optional` of them)."""

    takes: tuple[Takes, ...]
    gives: ValueType | Literal["same"]
    sql: Callable[..., Sql]
    optional: int = 0
    more: bool = False

    @property
    def least(self) -> int:
        return len(self.takes) - self.optional

    @property
    def most(self) -> int | None:
        return None if self.more else len(self.takes)

    def taken(self, at: int) -> Takes:
        return self.takes[min(at, len(self.takes) - 1)]


def _whole(value: Sql, low: int, high: int) -> Sql:
    """A number as an integer that is within bounds."""
    return cast(func.least(func.greatest(value, low), high), Integer)


def _division(left: Sql, right: Sql) -> Sql:
    return left / func.nullif(right, number("0"))


def _remainder(left: Sql, right: Sql) -> Sql:
    return func.mod(left, func.nullif(right, number("0")))


def _rounded(value: Sql, digits: Sql | None = None) -> Sql:
    places = literal(0, Integer) if digits is None else _whole(digits, -MOST_DIGITS, MOST_DIGITS)
    return func.round(value, places)


def _root(value: Sql) -> Sql:
    return case((value >= number("0"), func.sqrt(value)))


def _number_of(text: Sql) -> Sql:
    fits = text.op("~", is_comparison=True)(literal(NUMERIC_TEXT, Text()))
    return case((fits, cast(text, Numeric)))


def _choice(condition: Sql, then: Sql, otherwise: Sql | None = None) -> Sql:
    return case((condition, then), else_=null() if otherwise is None else otherwise)


def _part(name: str) -> Callable[[Sql], Sql]:
    return lambda value: extract(name, value)


def _days_later(day: Sql, days: Sql) -> Sql:
    """Null beyond the years that a date can have here."""
    later: Any = day + _whole(days, -MOST_DAYS, MOST_DAYS)
    low, high = (cast(literal(each, Text()), Date) for each in (EARLIEST, LATEST))
    return case((and_(func.abs(days) <= MOST_DAYS, later >= low, later <= high), later))


def _days_between(first: Sql, last: Sql) -> Sql:
    return cast(last - first, Numeric)


def _replaced(text: Sql, old: Sql, new: Sql) -> Sql:
    """Cut, for a few of these inside each other would fill any memory."""
    made = func.replace(func.left(text, LONGEST_TEXT), old, func.left(new, LONGEST_INSERTED))
    return func.left(made, LONGEST_TEXT)


def _contains(text: Sql, part: Sql) -> Sql:
    return func.strpos(func.lower(text), func.lower(part)) > 0


def _joined(left: Sql, right: Sql) -> Sql:
    """What has no value adds nothing."""
    return _empty_for_null(left).op("||")(_empty_for_null(right))


def _empty_for_null(text: Sql) -> Sql:
    return func.coalesce(text, literal("", Text()))


FUNCTIONS: Mapping[str, Function] = {
    "IF": Function(("boolean", "same", "same"), "same", _choice, optional=1),
    "COALESCE": Function(("same",), "same", func.coalesce, more=True),
    "IS_EMPTY": Function(("any",), "boolean", lambda value: value.is_(None)),
    "UPPER": Function(("text",), "text", func.upper),
    "LOWER": Function(("text",), "text", func.lower),
    "TRIM": Function(("text",), "text", func.btrim),
    "LENGTH": Function(("text",), "number", lambda text: cast(func.char_length(text), Numeric)),
    "LEFT": Function(("text", "number"), "text", lambda text, n: func.left(text, _whole(n, 0, LONGEST_TEXT))),
    "RIGHT": Function(("text", "number"), "text", lambda text, n: func.right(text, _whole(n, 0, LONGEST_TEXT))),
    "REPLACE": Function(("text", "text", "text"), "text", _replaced),
    "CONTAINS": Function(("text", "text"), "boolean", _contains),
    "NUMBER": Function(("text",), "number", _number_of),
    "ABS": Function(("number",), "number", func.abs),
    "ROUND": Function(("number", "number"), "number", _rounded, optional=1),
    "FLOOR": Function(("number",), "number", func.floor),
    "CEIL": Function(("number",), "number", func.ceil),
    "SQRT": Function(("number",), "number", _root),
    "MIN": Function(("same",), "same", func.least, more=True),
    "MAX": Function(("same",), "same", func.greatest, more=True),
    "YEAR": Function(("date",), "number", _part("year")),
    "QUARTER": Function(("date",), "number", _part("quarter")),
    "MONTH": Function(("date",), "number", _part("month")),
    "DAY": Function(("date",), "number", _part("day")),
    "WEEKDAY": Function(("date",), "number", _part("isodow")),
    "DATE": Function(("date",), "date", lambda day: day),
    "ADD_DAYS": Function(("date", "number"), "date", _days_later),
    "DAYS_BETWEEN": Function(("date", "date"), "number", _days_between),
    "TEXT": Function(("text",), "text", lambda text: text),
}
"""By name, in capitals. A moment is taken for its day in UTC where a date is asked for."""

OPERATORS: Mapping[str, Function] = {
    "or": Function(("boolean", "boolean"), "boolean", or_),
    "and": Function(("boolean", "boolean"), "boolean", and_),
    "not": Function(("boolean",), "boolean", not_),
    "=": Function(("same", "same"), "boolean", lambda left, right: left == right),
    "!=": Function(("same", "same"), "boolean", lambda left, right: left != right),
    "<": Function(("same", "same"), "boolean", lambda left, right: left < right),
    "<=": Function(("same", "same"), "boolean", lambda left, right: left <= right),
    ">": Function(("same", "same"), "boolean", lambda left, right: left > right),
    ">=": Function(("same", "same"), "boolean", lambda left, right: left >= right),
    "&": Function(("text", "text"), "text", _joined),
    "+": Function(("number", "number"), "number", lambda left, right: left + right),
    "-": Function(("number", "number"), "number", lambda left, right: left - right),
    "*": Function(("number", "number"), "number", lambda left, right: left * right),
    "/": Function(("number", "number"), "number", _division),
    "%": Function(("number", "number"), "number", _remainder),
    "negative": Function(("number",), "number", lambda value: -value),
}


def as_text(value: Value) -> Sql:
    """As it would stand in a sentence; PostgreSQL's own casts depend on settings, or print zeros that say nothing."""
    match value.type:
        case "number":
            return cast(func.trim_scale(value.sql), Text)
        case "boolean":
            return case((value.sql, literal("true", Text())), (not_(value.sql), literal("false", Text())))
        case "date":
            return _iso(value.sql)
        case "moment":
            return _iso(as_day(value.sql))
        case _:
            return value.sql


def as_day(moment: Sql) -> Sql:
    return cast(func.timezone(literal("UTC", Text()), moment), Date)


def _iso(day: Sql) -> Sql:
    widths: Sequence[tuple[str, int]] = (("year", 4), ("month", 2), ("day", 2))
    year, month, date = (
        func.lpad(cast(extract(part, day), Text), literal(width, Integer), literal("0", Text()))
        for part, width in widths
    )
    dash = literal("-", Text())
    return year.op("||")(dash).op("||")(month).op("||")(dash).op("||")(date)
