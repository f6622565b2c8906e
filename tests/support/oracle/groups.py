"""Rows in groups, by what they have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from armature.schema_builder.view import ObjectView, Plain, ToOne, View
from tests.support.oracle.aggregates import Summary, place
from tests.support.oracle.filters import TESTS, to_one
from tests.support.oracle.values import shown
from tests.support.worlds.data import Row, State

Way = tuple[Sequence[str], Plain, Callable[[Row], Any]]
"""The names in a key, the entry at their end, and its value for a row."""


class Group(Summary):
    """Rows, of the type that shows them as a group."""

    def __init__(self, of: ObjectView, rows: Sequence[Row], key: Mapping[str, Any]) -> None:
        super().__init__(of, rows)
        self.key = key

    def field(self, function: str) -> Any:
        return self.key if function == "key" else super().field(function)


def way_of(view: View, state: State, of: ObjectView, given: Mapping[str, Any]) -> Way:
    ((name, further),) = given.items()
    if name == "field":
        entry = of.values[further]
        return (further,), entry, lambda row: row[entry.column]
    through = of.entries[name]
    assert isinstance(through, ToOne)
    names, entry, value = way_of(view, state, view[through.target], further)

    def reached(row: Row) -> Any:
        found = to_one(view, state, through, row)
        return None if found is None else value(found)

    return (name, *names), entry, reached


def grouped(of: ObjectView, ways: Sequence[Way], rows: Sequence[Row], given: Mapping[str, Any]) -> list[Group]:
    """In their order: by count where that is asked for, then by the key."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(value(row) for _, _, value in ways), []).append(row)
    keys = sorted(found, key=lambda key: [_place(way[1], value) for way, value in zip(ways, key, strict=True)])
    for order in reversed(given.get("orderBy") or ()):
        keys.sort(key=lambda key: len(found[key]), reverse=order["count"].startswith("DESC"))
    kept = [key for key in keys if _is_kept(given.get("having") or {}, len(found[key]))]
    return [Group(of, found[key], _shown(ways, key)) for key in kept]


def _is_kept(having: Mapping[str, Any], count: int) -> bool:
    return all(PARTS[name](value, count) for name, value in having.items())


PARTS: Mapping[str, Callable[[Any, int], bool]] = {
    "and": lambda parts, count: all(_is_kept(each, count) for each in parts),
    "or": lambda parts, count: any(_is_kept(each, count) for each in parts),
    "not": lambda part, count: not _is_kept(part, count),
    "count": lambda tests, count: all(_holds(operator, count, value) for operator, value in tests.items()),
}


def _holds(operator: str, count: int, value: Any) -> bool:
    return not TESTS["eq"](count, value) if operator == "neq" else TESTS[operator](count, value)


def _place(entry: Plain, value: Any) -> tuple[bool, Any]:
    """Nothing comes last."""
    return (True, 0) if value is None else (False, place(entry, value))


def _shown(ways: Sequence[Way], key: Sequence[Any]) -> Mapping[str, Any]:
    whole: dict[str, Any] = {}
    for (names, entry, _), value in zip(ways, key, strict=True):
        at = whole
        for name in names[:-1]:
            at = at.setdefault(name, {})
        at[names[-1]] = shown(entry, value)
    return whole
