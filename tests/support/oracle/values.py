"""How values look in an answer, and how jsonb compares them."""

import json
import operator as operators
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from armature.schema_builder.view import Plain


def shown(entry: Plain, value: Any) -> Any:
    """A column's value as the JSON of an answer."""
    return shown_as(entry.scalar, value)


def shown_as(scalar: str, value: Any) -> Any:
    return None if value is None else SHOWN.get(scalar, lambda same: same)(value)


def _moment(value: datetime) -> str:
    """As PostgreSQL prints it: UTC, without the zeros at the end of a fraction."""
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    if "." in text:
        text = text.rstrip("0")
    return f"{text}+00:00"


def _decimal(value: Decimal) -> str:
    return f"{abs(value) if value == 0 else value:f}"


def document(value: Any) -> Any:
    """As jsonb keeps it: the keys of an object by length, then by bytes."""
    match value:
        case dict():
            keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
            return {key: document(value[key]) for key in keys}
        case list():
            return [document(each) for each in value]
        case _:
            return value


SHOWN: Mapping[str, Callable[[Any], Any]] = {
    "ID": str,
    "UUID": str,
    "BigInt": str,
    "Decimal": _decimal,
    "Date": lambda value: value.isoformat(),
    "DateTime": _moment,
    "JSON": document,
}


def same_document(left: Any, right: Any) -> bool:
    """Equality of jsonb: numbers by value, and true is no number."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    match left, right:
        case dict(), dict():
            return left.keys() == right.keys() and all(same_document(left[key], right[key]) for key in left)
        case list(), list():
            return len(left) == len(right) and all(map(same_document, left, right))
        case _:
            return (type(left) is type(right) and left == right) or _same_number(left, right)


def _same_number(left: Any, right: Any) -> bool:
    both = isinstance(left, int | float) and isinstance(right, int | float)
    return both and Decimal(repr(left)) == Decimal(repr(right))


def contains_document(left: Any, right: Any) -> bool:
    """PostgreSQL's @>; a list at the top also contains a bare value that is in it."""
    if isinstance(left, list) and not isinstance(right, list | dict):
        return any(same_document(each, right) for each in left)
    return _contains(left, right)


def _contains(left: Any, right: Any) -> bool:
    match left, right:
        case dict(), dict():
            return all(key in left and _contains(left[key], right[key]) for key in right)
        case list(), list():
            return all(any(_contains(each, wanted) for each in left) for wanted in right)
        case _:
            return not isinstance(left, dict | list) and same_document(left, right)


def has_key(value: Any, key: str) -> bool:
    """PostgreSQL's ?: also a bare text that is the key."""
    return key in value if isinstance(value, dict | list) else isinstance(value, str) and value == key


def inside(value: Any, path: Sequence[str]) -> tuple[bool, Any]:
    """What stands at a path of a document, and whether anything does."""
    for step in path:
        match value:
            case dict() if step in value:
                value = value[step]
            case list() if re.fullmatch(r"-?[0-9]+", step) and -len(value) <= int(step) < len(value):
                value = value[int(step)]
            case _:
                return False, None
    return True, value


def json_type(value: Any) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__


def ordered_documents(operator: str, left: Any, right: Any) -> bool:
    """Of two bare values of one type."""
    if json_type(left) == "number":
        left, right = Decimal(repr(left)), Decimal(repr(right))
    if left is None:
        return operator in ("lte", "gte")
    return bool(getattr(operators, operator.replace("lte", "le").replace("gte", "ge"))(left, right))


def json_text(value: Any) -> str:
    """As PostgreSQL's #>> prints it: a text bare, all else as JSON."""
    return value if isinstance(value, str) else _json(document(value))


def _json(value: Any) -> str:
    match value:
        case bool() | None | str():
            return json.dumps(value, ensure_ascii=False)
        case int() | float():
            return _decimal(Decimal(repr(value)))
        case list():
            return f"[{', '.join(map(_json, value))}]"
        case _:
            return f"{{{', '.join(f'{_json(key)}: {_json(each)}' for key, each in value.items())}}}"
