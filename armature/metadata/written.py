"""Steps as a client writes them: the inputs of `applyChangeset`, without what is left out."""

import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from msgspec import UNSET

from armature.metadata.changes import Change, CreateField


def step_key(change: Change) -> str:
    """The key of `ChangeInput` that this step stands under: `createField`."""
    name = type(change).__name__
    return name[0].lower() + name[1:]


def attribute_key(attribute: str) -> str:
    """What is called `is_nullable` here is `isNullable` there."""
    return re.sub("_(.)", lambda found: found[1].upper(), attribute)


def written(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes in JSON, as they are kept and shown."""
    return [{step_key(each): _step(each)} for each in changes]


def _step(change: Change) -> dict[str, Any]:
    """A new field is written beside the name of its object."""
    if isinstance(change, CreateField):
        return {"object": change.object, **_keys(change.field)}
    return _keys(change)


def _keys(of: Any) -> dict[str, Any]:
    given = ((each, getattr(of, each.name)) for each in fields(of))
    return {attribute_key(each.name): _plain(value) for each, value in given if not _is_left_out(each.default, value)}


def _is_left_out(default: Any, value: Any) -> bool:
    return value is UNSET or (value == default and type(value) is type(default))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return _keys(value) if is_dataclass(value) else value
