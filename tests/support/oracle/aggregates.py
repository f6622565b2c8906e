"""What many rows come to, one function at a time."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any

from armature.metadata.aggregates import result_of
from armature.schema_builder.view import ObjectView, Plain
from tests.support.oracle.values import same_document, shown_as
from tests.support.worlds.data import Row


def _distinct(_entry: Plain, values: Sequence[Any]) -> int:
    found: list[Any] = []
    for value in values:
        if value is not None and not any(same_document(value, each) for each in found):
            found.append(value)
    return len(found)


def _extreme(choose: Callable[..., Any]) -> Callable[[Plain, Sequence[Any]], Any]:
    def found(entry: Plain, values: Sequence[Any]) -> Any:
        there = [each for each in values if each is not None]
        return choose(there, key=lambda value: place(entry, value)) if there else None

    return found


def place(entry: Plain, value: Any) -> Any:
    """What a value is compared by."""
    return [each.value for each in entry.options].index(value) if entry.options else value


def _sum(_entry: Plain, values: Sequence[Any]) -> Any:
    there = [each for each in values if each is not None]
    with localcontext(prec=2_000):
        return sum(there[1:], start=there[0]) if there else None


def _count(is_counted: Callable[[Plain, Any], bool]) -> Callable[[Plain, Sequence[Any]], int]:
    return lambda entry, values: sum(is_counted(entry, each) for each in values)


def _percent(is_counted: Callable[[Plain, Any], bool]) -> Callable[[Plain, Sequence[Any]], float | None]:
    return lambda entry, values: 100 * _count(is_counted)(entry, values) / len(values) if values else None


def _is_empty(entry: Plain, value: Any) -> bool:
    return value is None or (entry.scalar != "JSON" and value in ("", []))


def _is_not_empty(entry: Plain, value: Any) -> bool:
    return not _is_empty(entry, value)


GIVES: Mapping[str, Callable[[Plain, Sequence[Any]], Any]] = {
    "countDistinct": _distinct,
    "sum": _sum,
    "min": _extreme(min),
    "max": _extreme(max),
    "countEmpty": _count(_is_empty),
    "countNotEmpty": _count(_is_not_empty),
    "percentEmpty": _percent(_is_empty),
    "percentNotEmpty": _percent(_is_not_empty),
    "countTrue": _count(lambda _, value: value is True),
    "countFalse": _count(lambda _, value: value is False),
}
"""Without `avg`, whose digits are PostgreSQL's own affair, and sums of floats, which depend on the order."""


def is_told(function: str, entry: Plain) -> bool:
    """Whether the oracle knows it to the last digit."""
    return function in GIVES and (function, entry.scalar) not in (("sum", "Float"), ("countDistinct", "[ENUM]"))


def aggregated(function: str, entry: Plain | None, rows: Sequence[Row]) -> Any:
    if entry is None:
        return len(rows)
    return GIVES[function](entry, [row[entry.column] for row in rows])


class Summary:
    """Rows, of the type that shows what they come to."""

    def __init__(self, of: ObjectView, rows: Sequence[Row]) -> None:
        self.of = of
        self.rows = rows

    def field(self, function: str) -> Any:
        return len(self.rows) if function == "count" else Results(self, function)


class Results:
    """What one function gives of each value."""

    def __init__(self, summary: Summary, function: str) -> None:
        self.summary = summary
        self.function = function

    def field(self, name: str) -> Any:
        entry = self.summary.of.values[name]
        found = aggregated(self.function, entry, self.summary.rows)
        scalar = result_of(self.function, entry.scalar)
        return shown_as(scalar, Decimal(found) if scalar == "Decimal" and found is not None else found)
