"""A step of a changeset in a line for people: `Rename field company.name to title`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, assert_never

import msgspec
from msgspec import UNSET

from armature.metadata.changes import (
    Change,
    CreateField,
    CreateObject,
    CreateRole,
    DeleteField,
    DeleteObject,
    DeleteRole,
    NewField,
    RestoreField,
    RestoreObject,
    SetFieldPermission,
    SetObjectPermission,
    UpdateField,
    UpdateObject,
    UpdateRole,
)
from armature.metadata.english import name_of
from armature.metadata.kinds.kind import shown
from armature.metadata.model import Object, Snapshot
from armature.metadata.resolve import as_id
from armature.metadata.written import attribute_key

LONGEST = 100
NAMES: Mapping[type, str] = {UpdateObject: "name_singular", UpdateField: "name"}


def summary(change: Change, *snapshots: Snapshot) -> str:
    """`snapshots` tell the names of what the step addresses by id: the one before it, the one after it."""
    match change:
        case CreateObject():
            named = change.name_singular or name_of(change.label_singular or "")
            listed = ", ".join(_new_name(each) for each in change.fields)
            return f"Create object {named}" + (f" with {listed}" if listed else "")
        case CreateField():
            return f"Create field {_object_name(snapshots, change.object)}.{_new_name(change.field)}"
        case UpdateObject():
            return _update(f"object {_object_name(snapshots, change.object)}", change)
        case UpdateField():
            return _update(f"field {_field_name(snapshots, change.object, change.field)}", change)
        case DeleteObject():
            return f"Delete object {_object_name(snapshots, change.object)}"
        case DeleteField():
            return f"Delete field {_field_name(snapshots, change.object, change.field)}"
        case RestoreObject():
            return f"Restore object {_object_name(snapshots, change.object)}"
        case RestoreField():
            return f"Restore field {_field_name(snapshots, change.object, change.field)}"
        case _:
            return _of_role(change, snapshots)


def _of_role(
    change: CreateRole | UpdateRole | DeleteRole | SetObjectPermission | SetFieldPermission,
    snapshots: Sequence[Snapshot],
) -> str:
    match change:
        case CreateRole():
            return f"Create role {change.name or name_of(change.label or '')}"
        case DeleteRole():
            return f"Delete role {change.role}"
        case UpdateRole():
            return _update(f"role {change.role}", change)
        case SetObjectPermission():
            return _update(f"what role {change.role} may do with {_object_name(snapshots, change.object)}", change)
        case SetFieldPermission():
            of = _field_name(snapshots, change.object, change.field)
            return _update(f"what role {change.role} may do with {of}", change)
        case _:
            assert_never(change)


Updating = UpdateObject | UpdateField | UpdateRole | SetObjectPermission | SetFieldPermission


def _update(what: str, change: Updating) -> str:
    name = getattr(change, NAMES[type(change)]) if type(change) in NAMES else UNSET
    changed = ", ".join(_changed(change))
    if name is UNSET:
        return f"Change {what}: {changed}" if changed else f"Change nothing of {what}"
    return f"Rename {what} to {name}" + (f", and change {changed}" if changed else "")


def _changed(change: Updating) -> Iterator[str]:
    for each in fields(change):
        value = getattr(change, each.name)
        if value is UNSET or each.name in {"object", "field", "role", NAMES.get(type(change))}:
            continue
        if each.name == "options":
            yield f"options {', '.join(option.value for option in value)}"
        else:
            yield f"{attribute_key(each.name)} {_told(value)}"


def _told(value: Any) -> str:
    if value is None:
        return "null"
    if not isinstance(value, Mapping | list | tuple):
        return shown(value)
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _new_name(field: NewField) -> str:
    return field.name or name_of(field.label or "")


def _object_name(snapshots: Sequence[Snapshot], reference: str) -> str:
    """References are names or ids."""
    found = _object(snapshots, reference)
    return reference if found is None else found.name_singular


def _field_name(snapshots: Sequence[Snapshot], of: str, reference: str) -> str:
    id_, owner = as_id(reference), _object(snapshots, of)
    found = owner.fields.get(id_) if owner else None
    return f"{_object_name(snapshots, of)}.{reference if found is None else found.name}"


def _object(snapshots: Sequence[Snapshot], reference: str) -> Object | None:
    id_ = as_id(reference)
    found = (snapshot.objects.get(id_) or snapshot.kept_objects.get(reference) for snapshot in snapshots)
    return next((each for each in found if each is not None), None)
