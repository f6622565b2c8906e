"""The steps on fields: create, update, delete, restore."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from msgspec import UNSET

from armature.core.errors import BadUserInput, Conflict
from armature.metadata.changes import CreateField, DeleteField, NewField, NewRelation, RestoreField, UpdateField
from armature.metadata.edits.conversion import put_changed, retyped
from armature.metadata.edits.draft import Draft
from armature.metadata.edits.relation_types import set_relation_type
from armature.metadata.edits.relations import (
    KeylessIsNullable,
    NotARelation,
    RelationNotAllowed,
    create_relation,
    delete_relation,
    needed,
    restore_relation,
    set_on_delete,
)
from armature.metadata.edits.values import (
    OptionsNotAllowed,
    check_fixed_settings,
    default_after,
    kind_named,
    read_options,
    values_of,
)
from armature.metadata.english import label_of, name_of
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object
from armature.metadata.names import column_at_birth, taken_columns
from armature.metadata.resolve import NothingDeleted, find_deleted_field, find_field, find_object

# What an update may change, by the key a client writes; a system field's stay, but for how it reads.
UPDATABLE: Mapping[str, str] = {
    "name": "name",
    "kind": "type",
    "label": "label",
    "description": "description",
    "is_active": "isActive",
    "is_nullable": "isNullable",
    "is_unique": "isUnique",
    "settings": "settings",
    "options": "options",
    "default": "defaultValue",
}
FREE_ON_SYSTEM_FIELDS = frozenset({"label", "description"})


class NameMissing(BadUserInput):
    def __init__(self, name: str = "name", label: str = "label") -> None:
        super().__init__(
            f"A name is missing, and none can be made from the {label}.", hint=f'Give a "{name}".', path=(name,)
        )


class SystemField(BadUserInput):
    def __init__(self, of: Object, field: Field, key: str) -> None:
        super().__init__(
            f'"{field.name}" of "{of.name_singular}" is a system field: only its label and description can change.',
            field=field.name,
            path=(key,),
        )


class NeverEmpty(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" always has a value: it is {field.kind}.', field=field.name, path=("isNullable",)
        )


class TargetsNotAllowed(BadUserInput):
    def __init__(self, kind: str) -> None:
        super().__init__(f"A {kind} field has no targets.", hint="Give it the type MORPH_RELATION, or none.")


class NeededIsDeleted(Conflict):
    def __init__(self, field: str, needed: Object | Field) -> None:
        what = f'object "{needed.name_singular}"' if isinstance(needed, Object) else f'relation "{needed.name}"'
        super().__init__(
            f'"{field}" needs the {what}, which is deleted.',
            hint="Restore that: what was deleted with it comes back with it.",
            field=field,
            path=("field",),
        )


def create_field(draft: Draft, change: CreateField) -> None:
    of = find_object(draft.snapshot, change.object)
    put_new_field(draft, of.id, change.field)


def put_new_field(draft: Draft, of: UUID, new: NewField) -> None:
    kind = kind_named(new.type)
    name = new.name if new.name is not None else name_of(new.label or "")
    if not name and new.name is None:
        raise NameMissing
    field = Field(
        draft.new_id(),
        name,
        kind.name,
        column=None,
        label=new.label if new.label is not None else label_of(name) or name,
        description=new.description,
        is_nullable=new.is_nullable and kind.generated is None,
        is_unique=new.is_unique,
        **values_of(draft, kind, new),
    )
    draft.spelt(field.id, {"onDelete": ("relation", "onDelete")})
    if kind.name == "RELATION":
        create_relation(draft, of, field, new.relation)
        return
    if kind.name == "MORPH_RELATION" and not new.is_nullable:
        raise KeylessIsNullable
    column = column_at_birth(name, kind, taken_columns(draft.objects[of])) if kind.has_column else None
    draft.put_field(of, replace(field, column=column))
    if new.relation is not None:
        raise RelationNotAllowed(kind.name)
    _unite(draft, of, field, new.targets or ())


def _unite(draft: Draft, of: UUID, morph: Field, targets: Sequence[str]) -> None:
    """Put a relation to each of these objects, called like it, as one of those that a MORPH_RELATION unites."""
    for position, reference in enumerate(targets):
        with draft.at("targets", position):
            if morph.kind != "MORPH_RELATION":
                raise TargetsNotAllowed(morph.kind)
            target = find_object(draft.snapshot, reference, "target")
            one = Field(draft.new_id(), target.name_singular, "RELATION", None, target.label_singular)
            draft.touched(one.id)
            create_relation(draft, of, one, NewRelation(type="MANY_TO_ONE", target=str(target.id), morph=str(morph.id)))


def update_field(draft: Draft, change: UpdateField) -> None:
    of = find_object(draft.snapshot, change.object)
    field = find_field(of, change.field)
    draft.spelt(field.id)
    wanted = {**_values_given(draft, field, change), **_plainly_given(change)}
    after = replace(field, **wanted)
    for key in wanted:
        with draft.at():
            _check_may_change(of, field, after, key)
    put_changed(draft, of, field, after, change)
    if change.relation_type is not UNSET:
        set_relation_type(draft, draft.objects[of.id].fields[field.id], change.relation_type)
    if change.on_delete is not UNSET:
        if field.relation_id is None:
            raise NotARelation(field.name)
        set_on_delete(draft, draft.relations[field.relation_id], change.on_delete)


def _plainly_given(change: UpdateField) -> dict[str, Any]:
    keys = UPDATABLE.keys() - {"kind", "settings", "options", "default"}
    return {key: value for key in keys if (value := getattr(change, key)) is not UNSET}


def _values_given(draft: Draft, field: Field, change: UpdateField) -> dict[str, Any]:
    """Type, settings, options and default: each is read in the light of those before it."""
    found = {} if change.type is UNSET else retyped(draft, field, change.type)
    field = replace(field, **found)
    kind = KINDS[field.kind]
    with draft.at():
        if change.settings is not UNSET:
            kind.check_given(change.settings)
            together = {**field.settings, **change.settings}
            settings = kind.check_settings({key: value for key, value in together.items() if value is not None})
            check_fixed_settings(kind, field, settings)
            found["settings"] = settings
    with draft.at():
        if change.options is not UNSET:
            if not kind.has_options:
                raise OptionsNotAllowed(kind.name)
            found["options"] = read_options(draft, field.name, field.options, change.options)
            found["default"] = default_after(field, found["options"])
    with draft.at():
        if change.default_value is not UNSET:
            settings, options = found.get("settings", field.settings), found.get("options", field.options)
            found["default"] = kind.check_default(change.default_value, settings, options)
    return found


def _check_may_change(of: Object, field: Field, after: Field, key: str) -> None:
    if getattr(field, key) == getattr(after, key):
        return
    if field.is_system and key not in FREE_ON_SYSTEM_FIELDS:
        raise SystemField(of, field, UPDATABLE[key])
    if key == "is_nullable" and field.column is None and not KINDS[field.kind].is_computed:
        raise KeylessIsNullable
    if key == "is_nullable" and KINDS[after.kind].generated is not None:
        raise NeverEmpty(field)


def delete_field(draft: Draft, change: DeleteField) -> None:
    of = find_object(draft.snapshot, change.object)
    field = find_field(of, change.field)
    if field.is_system:
        raise SystemField(of, field, "field")
    if field.relation_id is not None:
        delete_relation(draft, draft.relations[field.relation_id])
    else:
        draft.put_field(of.id, replace(field, deleted_at=draft.now))


def restore_field(draft: Draft, change: RestoreField) -> None:
    of = find_object(draft.snapshot, change.object)
    field = find_deleted_field(of, change.field)
    if field.column is None and field.former_of is not None:
        raise NothingDeleted("field", change.field, [])  # what it held is where it was before
    draft.touched(field.id, "field")
    if change.is_nullable is not UNSET and field.column is not None and KINDS[field.kind].generated is None:
        field = replace(field, is_nullable=change.is_nullable)
        draft.put_field(of.id, field)
    if field.relation_id is None:
        draft.put_field(of.id, replace(field, deleted_at=None))
        return
    relation = draft.relations[field.relation_id]
    for each in needed(draft, relation):
        if each.deleted_at is not None:
            raise NeededIsDeleted(field.name, each)
    restore_relation(draft, relation, "field")
