"""A step of a changeset in a line for people: `Rename field company.name to title`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, assert_never

from msgspec import UNSET

from armature.metadata.changes import (
    Change,
    CreateField,
    CreateObject,
    DeleteField,
    DeleteObject,
    NewField,
    RestoreField,
    RestoreObject,
    UpdateField,
    UpdateObject,
)
from armature.metadata.english import name_of
from armature.metadata.kinds.kind import shown
from armature.metadata.model import Snapshot

NAMES: Mapping[type, str] = {UpdateObject: "name_singular", UpdateField: "name"}


def summary(change: Change, snapshot: Snapshot) -> str:
    """`snapshot` tells the names of what the step addresses by id; it may be the one before or after the step."""
    match change:
        case CreateObject():
            named = change.name_singular or name_of(change.label_singular or "")
            listed = ", ".join(_new_name(each) for each in change.fields)
            return f"Create object {named}" + (f" with {listed}" if listed else "")
        case CreateField():
            return f"Create field {_object_name(snapshot, change.object)}.{_new_name(change.field)}"
        case UpdateObject():
            return _update(f"object {_object_name(snapshot, change.object)}", change)
        case UpdateField():
            return _update(f"field {_field_name(snapshot, change.object, change.field)}", change)
        case DeleteObject():
            return f"Delete object {_object_name(snapshot, change.object)}"
        case DeleteField():
            return f"Delete field {_field_name(snapshot, change.object, change.field)}"
        case RestoreObject():
            return f"Restore object {_object_name(snapshot, change.object)}"
        case RestoreField():
            return f"Restore field {_field_name(snapshot, change.object, change.field)}"
        case _:
            assert_never(change)


def _update(what: str, change: UpdateObject | UpdateField) -> str:
    name = getattr(change, NAMES[type(change)])
    changed = ", ".join(_changed(change))
    if name is UNSET:
        return f"Change {what}: {changed}" if changed else f"Change nothing of {what}"
    return f"Rename {what} to {name}" + (f", and change {changed}" if changed else "")


def _changed(change: UpdateObject | UpdateField) -> Iterator[str]:
    for each in fields(change):
        value = getattr(change, each.name)
        if value is UNSET or each.name in {"object", "field", NAMES[type(change)]}:
            continue
        if each.name == "options":
            yield f"options {', '.join(option.value for option in value)}"
        else:
            yield f"{_key(each.name)} {'null' if value is None else shown(value)}"


def _key(attribute: str) -> str:
    """As a client writes it."""
    return re.sub("_(.)", lambda found: found[1].upper(), attribute)


def _new_name(field: NewField) -> str:
    return field.name or name_of(field.label or "")


def _object_name(snapshot: Snapshot, reference: str) -> str:
    """References are names or ids."""
    return next((each.name_singular for each in snapshot.objects.values() if str(each.id) == reference), reference)


def _field_name(snapshot: Snapshot, of: str, reference: str) -> str:
    name = _object_name(snapshot, of)
    owners = (each for each in snapshot.objects.values() if str(each.id) == of or each.name_singular == name)
    known: Mapping[str, Any] = {str(each.id): each.name for owner in owners for each in owner.fields.values()}
    return f"{name}.{known.get(reference, reference)}"
