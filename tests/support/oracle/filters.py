"""Whether a row meets a filter, by two-valued logic: a comparison with nothing is false, its opposite true."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from armature.schema_builder.view import Composite, ObjectView, Plain, ToMany, ToOne, View
from tests.support.oracle.search import is_found, searched, whole_text
from tests.support.oracle.values import (
    contains_document,
    has_key,
    inside,
    json_text,
    json_type,
    ordered_documents,
    same_document,
)
from tests.support.worlds.data import Row, State

Test = Callable[[Any, Any], bool]


def _like(text: str, pattern: str) -> bool:
    """SQL's LIKE, walked by hand: % any text, _ one character, a backslash takes the next one as it is."""
    parts, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
            parts.append(re.escape(pattern[at]))
        else:
            parts.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
        at += 1
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def folded(text: str) -> str:
    """Lower case, each character by itself (Unicode's simple mapping), as PostgreSQL's builtin locale does."""
    return "".join("i" if char == "İ" else char.lower() for char in text)


def _matches(text: str, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> bool:
    """$ only matches at the very end."""
    return re.search(re.sub(r"(?<!\\)\$", r"\\Z", pattern), text, re.DOTALL | flags) is not None


TEXT_TESTS: Mapping[str, Test] = {
    "like": _like,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": lambda text, part: part in text,
}

TESTS: Mapping[str, Test] = {
    "eq": lambda value, other: value == other,
    "in": lambda value, others: value in others,
    "lt": lambda value, other: value < other,
    "lte": lambda value, other: value <= other,
    "gt": lambda value, other: value > other,
    "gte": lambda value, other: value >= other,
    **TEXT_TESTS,
    "ilike": lambda text, pattern: _like(folded(text), folded(pattern)),
    "istartsWith": lambda text, part: folded(text).startswith(folded(part)),
    "iendsWith": lambda text, part: folded(text).endswith(folded(part)),
    "icontains": lambda text, part: folded(part) in folded(text),
    "regex": _matches,
    "iregex": lambda text, pattern: _matches(text, pattern, re.IGNORECASE),
}
"""Of a value that is there. The operators that are true of nothing stand in `_compare`."""

JSON_TESTS: Mapping[str, Test] = {"eq": same_document, "contains": contains_document, "hasKey": has_key}


def _any_item(test: Test) -> Test:
    return lambda items, other: any(test(each, other) for each in items)


LIST_TESTS: Mapping[str, Test] = {
    "eq": lambda value, other: value == other,
    "containsAny": lambda value, others: not set(value).isdisjoint(others),
    "containsAll": lambda value, others: set(value).issuperset(others),
    "contains": _any_item(TESTS["contains"]),
    "icontains": _any_item(TESTS["icontains"]),
}

TABLES: Mapping[str, Mapping[str, Test]] = {
    "JSON": JSON_TESTS,
    "[String]": LIST_TESTS,
    "[ENUM]": {**LIST_TESTS, "eq": lambda value, other: set(value) == set(other)},
}


def _at_path(document: Any, given: Mapping[str, Any]) -> bool:
    """Of a value inside: what is not there is nothing, and so is JSON's null where it is asked whether."""
    is_there, found = inside(document, given["path"])
    for operator, other in given.items():
        match operator:
            case "path":
                holds = True
            case "is":
                holds = (not is_there or found is None) is (str(other) == "NULL")
            case "neq":
                holds = not is_there or not same_document(found, other)
            case "eq" | "contains":
                holds = is_there and JSON_TESTS[operator](found, other)
            case "lt" | "lte" | "gt" | "gte":
                holds = is_there and json_type(found) == json_type(other) and ordered_documents(operator, found, other)
            case _:
                holds = is_there and found is not None and TESTS[operator](json_text(found), other)
        if not holds:
            return False
    return True


def _compare(entry: Plain, operator: str, value: Any, given: Any) -> bool:
    tests = TABLES.get(entry.scalar, TESTS)
    match operator:
        case "path":
            return all(_at_path(value, each) for each in given)
        case "is":
            return (value is None) is (str(given) == "NULL")
        case "isEmpty":
            return (value in (None, "", [])) is bool(given)
        case "search":
            return is_found(given, whole_text([entry.field], {str(entry.field.column): value}))
        case "neq":
            return value is None or not tests["eq"](value, given)
        case "notIn":
            return value is None or not tests["in"](value, given)
        case _:
            return value is not None and tests[operator](value, given)


def meets(view: View, state: State, of: ObjectView, row: Row, given: Mapping[str, Any]) -> bool:
    """Whether a row meets all of a filter, given as graphql-core coerced it."""
    return all(_part(view, state, of, row, name, value) for name, value in given.items())


def _part(view: View, state: State, of: ObjectView, row: Row, name: str, given: Any) -> bool:
    match name:
        case "and":
            return all(meets(view, state, of, row, each) for each in given)
        case "or":
            return any(meets(view, state, of, row, each) for each in given)
        case "not":
            return not meets(view, state, of, row, given)
    if name in of.vectors:
        return all(is_found(each, whole_text(*searched(of, row))) for each in given.values())
    entry = of.entries[name]
    match entry:
        case Composite():
            return all(_part_of(entry, row, part, each) for part, each in given.items())
        case Plain():
            return all(_compare(entry, operator, row[entry.column], each) for operator, each in given.items())
        case ToOne():
            found = to_one(view, state, entry, row)
            return found is not None and meets(view, state, view[entry.target], found, given)
        case ToMany():
            target = view[entry.target]
            many = [
                (quantifier, [meets(view, state, target, each, inner) for each in to_many(view, state, entry, row)])
                for quantifier, inner in given.items()
            ]
            return all(QUANTIFIERS[quantifier](found) for quantifier, found in many)


def _part_of(entry: Composite, row: Row, name: str, given: Any) -> bool:
    if name == "is":
        return all(row[part.column] is None for part in entry.parts.values()) is (str(given) == "NULL")
    part = entry.parts[name]
    return all(_compare(part, operator, row[part.column], each) for operator, each in given.items())


QUANTIFIERS: Mapping[str, Callable[[list[bool]], bool]] = {
    "some": any,
    "every": all,
    "none": lambda found: not any(found),
}


def to_one(view: View, state: State, entry: ToOne, row: Row) -> Row | None:
    """The record it leads to, unless that is out of sight."""
    return next(iter(to_many(view, state, entry, row)), None)


def to_many(view: View, state: State, entry: ToOne | ToMany, row: Row) -> list[Row]:
    """The visible records it leads to."""
    return met(view, state, entry, row, visible(state, view[entry.target].object.id))


def met(view: View, state: State, entry: ToOne | ToMany, row: Row, among: Iterable[Row]) -> list[Row]:
    """Those among these records that a relation leads to."""
    if isinstance(entry, ToMany) and entry.through is not None:
        through = entry.through
        links = visible(state, view[through.object].object.id)
        joined = {each[through.far] for each in links if each[through.near] == row["id"]}
        return [each for each in among if each["id"] in joined]
    here = row[entry.near]
    return [each for each in among if here is not None and each[entry.far] == here]


def visible(state: State, of: Any) -> list[Row]:
    return [row for row in state[of].values() if row["deleted_at"] is None]
