"""Answers compared as JSON: numbers by value, booleans apart from numbers, keys in their order."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

NOW = "(now)"


class Truth(str):
    """true or false, which to Python are numbers."""

    __slots__ = ()


def canonical(text: str | bytes) -> Any:
    """JSON as what can be compared: an object is a tuple of pairs; a moment of these hours is `(now)`."""
    return _canonical(json.loads(text, object_pairs_hook=tuple, parse_int=Decimal, parse_float=Decimal))


def canonical_of(value: Any) -> Any:
    return canonical(json.dumps(value))


def _canonical(value: Any) -> Any:
    match value:
        case bool():
            return Truth(value)
        case tuple():
            return tuple((key, _canonical(each)) for key, each in value)
        case list():
            return [_canonical(each) for each in value]
        case str() if is_recent(value):
            return NOW
        case _:
            return value


def assert_same(found: Any, wanted: Any) -> None:
    different = difference(found, wanted)
    assert different is None, different


def difference(found: Any, wanted: Any, path: str = "") -> str | None:
    """Where two canonical values first differ, for people to read; None where they are equal."""
    if found == wanted:
        return None
    if isinstance(found, dict) and isinstance(wanted, dict) and found.keys() == wanted.keys():
        return next(filter(None, (difference(found[key], wanted[key], f"{path}.{key}") for key in found)))
    if isinstance(found, list | tuple) and type(found) is type(wanted) and len(found) == len(wanted):
        both = enumerate(zip(found, wanted, strict=True))
        return next(filter(None, (difference(one, other, f"{path}.{at}") for at, (one, other) in both)))
    return f"at {path}: found {found!r}, wanted {wanted!r}"


def is_recent(text: str) -> bool:
    """Whether it is a date or a moment of today, give or take a day."""
    if not text.startswith("20") or not 10 <= len(text) <= 40:
        return False
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return abs(moment - datetime.now(UTC)) < timedelta(days=2)


def error_places(answer: Mapping[str, Any]) -> list[tuple[list[str | int] | None, str]]:
    """Where each error happened, and its code."""
    return [(each.get("path"), each["extensions"]["code"]) for each in answer.get("errors", ())]
