"""What a cell of a file holds, as PostgreSQL takes it: checked by the kind of its field."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from armature.metadata.kinds import KINDS
from armature.metadata.kinds.kind import Unfit
from armature.schema_builder.transfer.headers import Target
from armature.schema_builder.view import Plain

Cell = Any
"""Text of a CSV file, or a value of JSON; None for nothing, MISSING for a key that is not there."""

MISSING: Final = object()

_WHOLE = re.compile(r"[-+]?[0-9]{1,40}\Z")
_REAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,9})?\Z")
_TRUTH = {"true": True, "false": False, "t": True, "f": False, "yes": True, "no": False, "1": True, "0": False}


def _number(text: str) -> int | float:
    if _WHOLE.match(text):
        return int(text)
    if _REAL.match(text):
        return float(text)
    raise Unfit("a number")


def _truth(text: str) -> bool:
    if text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    raise Unfit("true or false")


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise Unfit("JSON") from None


FROM_TEXT: Mapping[str, Callable[[str], Any]] = {"Int": _number, "Float": _number, "Boolean": _truth, "JSON": _json}
"""By scalar: what a text stands for; of all others, itself. A list is written as JSON."""


def reader(target: Target, *, is_text: bool) -> Callable[[Cell], Any]:
    """What makes PostgreSQL's value of a cell; it raises Unfit. Nothing is null, or what the field has then."""
    entry = target.entry
    kind, settings = KINDS[entry.field.kind], entry.field.settings
    storage = kind.storage(settings)
    options = {each.value for each in entry.options}
    parsed = _parser(entry) if is_text else None
    nothing = _nothing(target, is_text=is_text)
    default = _default(target)

    def read(cell: Cell) -> Any:
        if cell is None:
            return nothing()
        if cell is MISSING:
            return default()
        value = storage.canonical(parsed(cell) if parsed else cell)
        if options and not options.issuperset(value if isinstance(value, list) else (value,)):
            raise Unfit(f"one of its options ({', '.join(sorted(options))})")
        return msgspec.json.encode(value).decode() if entry.scalar == "JSON" else storage.python(value)

    return read


def _parser(entry: Plain) -> Callable[[str], Any] | None:
    return _json if entry.scalar.startswith("[") else FROM_TEXT.get(entry.scalar)


def _nothing(target: Target, *, is_text: bool) -> Callable[[], Any]:
    """For an empty cell. Where the field is required: its default, and of a text file an empty text is a text."""
    if not target.is_required:
        return lambda: None
    if is_text and target.link is None and target.entry.field.kind == "TEXT" and target.entry.field.default is None:
        return lambda: ""
    return _default(target) if is_text else _refuse


def _default(target: Target) -> Callable[[], Any]:
    field = target.entry.field
    if target.link is None and field.default is not None:
        kind = KINDS[field.kind]
        if target.entry.scalar == "JSON":
            text = msgspec.json.encode(field.default).decode()
            return lambda: text
        return lambda: kind.default_value(field.default, field.settings)
    return _refuse if target.is_required else lambda: None


def _refuse() -> Any:
    raise Unfit("given")
