"""A step of a changeset in a line for people: `Rename field company.name to title`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET

from armature.metadata.changes import (
    Change,
    CreateField,
    CreateIndex,
    CreateObject,
    CreateRole,
    DeleteField,
    DeleteIndex,
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


Snapshots: TypeAlias = Sequence[Snapshot]


def summary(change: Change, *snapshots: Snapshot) -> str:
    """`snapshots` tell the names of what the step addresses by id: the one before it, the one after it."""
    return _SUMMARIES[type(change)](change, snapshots)


def _create_object(change: CreateObject, _: Snapshots) -> str:
    named = change.name_singular or name_of(change.label_singular or "")
    listed = ", ".join(_new_name(each) for each in change.fields)
    return f"Create object {named}" + (f" with {listed}" if listed else "")


def _create_index(change: CreateIndex, snapshots: Snapshots) -> str:
    listed = ", ".join(each.field for each in change.fields)
    what = "unique index" if change.is_unique else "index"
    return f"Create {what} of {_object_name(snapshots, change.object)} over {listed}"


def _of_object(verb: str) -> Callable[[Any, Snapshots], str]:
    return lambda change, snapshots: f"{verb} object {_object_name(snapshots, change.object)}"


def _of_field(verb: str) -> Callable[[Any, Snapshots], str]:
    return lambda change, snapshots: f"{verb} field {_field_name(snapshots, change.object, change.field)}"


_SUMMARIES: Mapping[type[Change], Callable[[Any, Snapshots], str]] = {
    CreateObject: _create_object,
    UpdateObject: lambda change, snapshots: _update(f"object {_object_name(snapshots, change.object)}", change),
    DeleteObject: _of_object("Delete"),
    RestoreObject: _of_object("Restore"),
    CreateField: lambda change, snapshots: (
        f"Create field {_object_name(snapshots, change.object)}.{_new_name(change.field)}"
    ),
    UpdateField: lambda change, snapshots: _update(
        f"field {_field_name(snapshots, change.object, change.field)}", change
    ),
    DeleteField: _of_field("Delete"),
    RestoreField: _of_field("Restore"),
    CreateRole: lambda change, _: f"Create role {change.name or name_of(change.label or '')}",
    DeleteRole: lambda change, _: f"Delete role {change.role}",
    UpdateRole: lambda change, _: _update(f"role {change.role}", change),
    SetObjectPermission: lambda change, snapshots: _update(
        f"what role {change.role} may do with {_object_name(snapshots, change.object)}", change
    ),
    SetFieldPermission: lambda change, snapshots: _update(
        f"what role {change.role} may do with {_field_name(snapshots, change.object, change.field)}", change
    ),
    CreateIndex: _create_index,
    DeleteIndex: lambda change, snapshots: f"Delete index {_object_name(snapshots, change.object)}.{change.index}",
}


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
