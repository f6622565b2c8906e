"""What stands beside an operator: read as the value it takes, and made what PostgreSQL is given."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from armature.metadata.filters.tree import Chosen
from armature.metadata.kinds import KINDS
from armature.metadata.kinds.choices import truth
from armature.metadata.kinds.kind import Storage, Unfit
from armature.metadata.kinds.lists import texts
from armature.metadata.kinds.text import text
from armature.metadata.model import Option
from armature.metadata.operators import AT_PATH, OPERATORS, Takes

MOST_VALUES = 1_000

HELD: Mapping[str, Storage] = {
    "String": KINDS["TEXT"].storage({}),
    "Boolean": KINDS["BOOLEAN"].storage({}),
    "Int": KINDS["NUMBER"].storage({"dataType": "int"}),
    "Float": KINDS["NUMBER"].storage({"dataType": "float"}),
    "BigInt": KINDS["NUMBER"].storage({"dataType": "bigint"}),
    "Decimal": KINDS["NUMERIC"].storage({}),
    "Date": KINDS["DATE"].storage({}),
    "DateTime": KINDS["DATE_TIME"].storage({}),
    "UUID": KINDS["UUID"].storage({}),
    "ID": KINDS["UUID"].storage({}),
    "JSON": KINDS["RAW_JSON"].storage({}),
    "[String]": KINDS["ARRAY"].storage({}),
}
"""By scalar, how a value of it is read."""


def read_value(scalar: str, takes: Takes, given: Any, options: Sequence[Option]) -> Any:
    """Canonical JSON, choices as Chosen. Raises Unfit."""
    match takes:
        case "one":
            return _one(scalar, given, options)
        case "many":
            if not isinstance(given, list) or len(given) > MOST_VALUES:
                raise Unfit(f"a list of at most {MOST_VALUES:,} values")
            return [_one(scalar, each, options) for each in given]
        case "text":
            return text(given)
        case "yes":
            return truth(given)
        case "null":
            if given not in ("NULL", "NOT_NULL"):
                raise Unfit("NULL or NOT_NULL")
            return given
        case "distance":
            raise Unfit("left out: a distance can't be kept")
        case "paths":
            return [_at_path(each) for each in (given if isinstance(given, list) else [given])]


def _one(scalar: str, given: Any, options: Sequence[Option]) -> Any:
    if scalar == "[ENUM]":
        if not isinstance(given, list):
            raise Unfit("a list of its options")
        return [_chosen(each, options) for each in given]
    if scalar == "ENUM":
        return _chosen(given, options)
    if given is None:
        raise Unfit("a value: null could mean anything")
    return HELD[scalar].canonical(given)


def _chosen(given: Any, options: Sequence[Option]) -> Chosen:
    for each in options:
        if each.value == given:
            return Chosen(each.id, each.value)
    raise Unfit(f"one of its options ({', '.join(each.value for each in options)})")


def _at_path(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or not given.keys() - {"path"} <= AT_PATH.keys():
        raise Unfit(f"a path with some of {', '.join(AT_PATH)}")
    operators = {key: read_value("JSON", AT_PATH[key], each, ()) for key, each in given.items() if key != "path"}
    return {"path": texts(given.get("path")), **operators}


def sent_value(scalar: str, operator: str, value: Any, bind: Callable[[Any], Any]) -> Any:
    """A value that was read, as the statement is given it, each in a `bind`; what is structure stays as it is."""
    match OPERATORS[scalar][operator]:
        case "null":
            return value
        case "paths":
            return [_sent_path(each, bind) for each in value]
        case "one":
            return bind(_sent(scalar, value))
        case "many":
            return bind([_sent(scalar, each) for each in value])
        case _:
            return bind(value)


def _sent_path(given: Mapping[str, Any], bind: Callable[[Any], Any]) -> dict[str, Any]:
    return {key: value if key == "is" else bind(value) for key, value in given.items()}


def _sent(scalar: str, value: Any) -> Any:
    return HELD[scalar].python(value) if scalar in HELD else spelt(value)


def spelt(value: Any) -> Any:
    """Choices by what they are called."""
    if isinstance(value, list):
        return [spelt(each) for each in value]
    return value.value if isinstance(value, Chosen) else value
