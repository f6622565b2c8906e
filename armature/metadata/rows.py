"""What the catalog's rows of a model are in Python, between the database's JSON and a snapshot.

The attributes are columns of `tables.py`, but for `workspace_id` and `version`, which all rows of a statement share.
"""

from collections.abc import Mapping
from datetime import datetime
from sys import intern
from typing import Any
from uuid import UUID

from msgspec import Struct

from armature.metadata.model import EMPTY, Criterion, Field, Index, Object, OnDelete, Option, Relation
from armature.metadata.rights import EVERY, Right
from armature.metadata.roles import FieldGrant, ObjectGrant, Permission, Role


class ObjectRow(Struct, frozen=True):
    id: UUID
    position: int
    name_singular: str
    name_plural: str
    table_name: str
    label_singular: str
    label_plural: str
    description: str | None
    is_system: bool
    is_active: bool
    is_searchable: bool
    is_audited: bool
    duplicate_criteria: tuple[Criterion, ...]
    deleted_at: datetime | None
    indexes: tuple[Index, ...]


class FieldRow(Struct, frozen=True):
    id: UUID
    position: int
    object_id: UUID
    name: str
    kind: str
    column_name: str | None
    label: str
    description: str | None
    is_nullable: bool
    is_unique: bool
    is_system: bool
    is_active: bool
    default_value: Any
    settings: dict[str, Any]
    relation_id: UUID | None
    morph_id: UUID | None
    former_of: UUID | None
    deleted_at: datetime | None


class RelationRow(Struct, frozen=True):
    id: UUID
    position: int
    many_object: UUID
    many_field: UUID
    one_object: UUID
    one_field: UUID
    on_delete: OnDelete
    through_many: UUID | None
    through_one: UUID | None


class OptionRow(Struct, frozen=True):
    id: UUID
    position: int
    field_id: UUID
    value: str
    label: str
    color: str | None


class ObjectGrantRow(Struct, frozen=True, omit_defaults=True):
    rights: tuple[Right, ...]
    read_rule: dict[str, Any] = {}
    write_rule: dict[str, Any] = {}


class Grants(Struct, frozen=True, omit_defaults=True):
    """What a role lets do, in one document."""

    rights: tuple[Right, ...] = ()
    permissions: tuple[Permission, ...] = ()
    may_introspect: bool = True
    documents_only: bool = False
    documents: tuple[str, ...] | None = None
    rate_limit: int | None = None
    objects: dict[UUID, ObjectGrantRow] = {}
    fields: dict[UUID, tuple[bool, bool]] = {}


class RoleRow(Struct, frozen=True):
    id: UUID
    position: int
    name: str
    label: str
    description: str | None
    grants: Grants
    deleted_at: datetime | None


class ModelRows(Struct, frozen=True):
    """Rows of one workspace: all of them, or those that changed. A field's options are all there or none."""

    objects: list[ObjectRow]
    fields: list[FieldRow]
    relations: list[RelationRow]
    options: list[OptionRow]
    roles: list[RoleRow] = []


ROWS: Mapping[str, type[Struct]] = {
    "objects": ObjectRow,
    "fields": FieldRow,
    "relations": RelationRow,
    "options": OptionRow,
    "roles": RoleRow,
}
"""What each list of ModelRows holds."""


def object_row(position: int, of: Object) -> ObjectRow:
    return ObjectRow(
        id=of.id,
        position=position,
        name_singular=of.name_singular,
        name_plural=of.name_plural,
        table_name=of.table,
        label_singular=of.label_singular,
        label_plural=of.label_plural,
        description=of.description,
        is_system=of.is_system,
        is_active=of.is_active,
        is_searchable=of.is_searchable,
        is_audited=of.is_audited,
        duplicate_criteria=of.duplicate_criteria,
        deleted_at=of.deleted_at,
        indexes=of.indexes,
    )


def object_of(row: ObjectRow) -> Object:
    """The object without its fields."""
    return Object(
        id=row.id,
        name_singular=row.name_singular,
        name_plural=row.name_plural,
        table=row.table_name,
        label_singular=row.label_singular,
        label_plural=row.label_plural,
        description=row.description,
        is_system=row.is_system,
        is_active=row.is_active,
        is_searchable=row.is_searchable,
        is_audited=row.is_audited,
        duplicate_criteria=row.duplicate_criteria,
        deleted_at=row.deleted_at,
        indexes=row.indexes,
    )


def field_row(position: int, of: Object, field: Field) -> FieldRow:
    return FieldRow(
        id=field.id,
        position=position,
        object_id=of.id,
        name=field.name,
        kind=field.kind,
        column_name=field.column,
        label=field.label,
        description=field.description,
        is_nullable=field.is_nullable,
        is_unique=field.is_unique,
        is_system=field.is_system,
        is_active=field.is_active,
        default_value=field.default,
        settings=dict(field.settings),
        relation_id=field.relation_id,
        morph_id=field.morph_id,
        former_of=field.former_of,
        deleted_at=field.deleted_at,
    )


def field_of(row: FieldRow, options: tuple[Option, ...]) -> Field:
    """Workspaces have much in common: each text is kept once."""
    return Field(
        id=row.id,
        name=intern(row.name),
        kind=intern(row.kind),
        column=None if row.column_name is None else intern(row.column_name),
        label=intern(row.label),
        description=row.description,
        is_nullable=row.is_nullable,
        is_unique=row.is_unique,
        is_system=row.is_system,
        is_active=row.is_active,
        default=row.default_value,
        settings=row.settings or EMPTY,
        options=options,
        relation_id=row.relation_id,
        morph_id=row.morph_id,
        former_of=row.former_of,
        deleted_at=row.deleted_at,
    )


def relation_row(position: int, relation: Relation) -> RelationRow:
    return RelationRow(
        id=relation.id,
        position=position,
        many_object=relation.many_object,
        many_field=relation.many_field,
        one_object=relation.one_object,
        one_field=relation.one_field,
        on_delete=relation.on_delete,
        through_many=relation.through[0] if relation.through else None,
        through_one=relation.through[1] if relation.through else None,
    )


def relation_of(row: RelationRow) -> Relation:
    through = (row.through_many, row.through_one) if row.through_many and row.through_one else None
    return Relation(row.id, row.many_object, row.many_field, row.one_object, row.one_field, row.on_delete, through)


def option_rows(field: Field) -> list[OptionRow]:
    return [
        OptionRow(each.id, position, field.id, each.value, each.label, each.color)
        for position, each in enumerate(field.options)
    ]


def option_of(row: OptionRow) -> Option:
    return Option(row.id, row.value, row.label, row.color)


def role_row(position: int, role: Role) -> RoleRow:
    grants = Grants(
        rights=role.rights,
        permissions=role.permissions,
        may_introspect=role.may_introspect,
        documents_only=role.documents_only,
        documents=role.documents,
        rate_limit=role.rate_limit,
        objects={
            id_: ObjectGrantRow(each.rights, dict(each.read_rule), dict(each.write_rule))
            for id_, each in role.objects.items()
        },
        fields={id_: (each.may_read, each.may_update) for id_, each in role.fields.items()},
    )
    return RoleRow(role.id, position, role.name, role.label, role.description, grants, role.deleted_at)


def role_of(row: RoleRow) -> Role:
    grants = row.grants
    return Role(
        id=row.id,
        name=row.name,
        label=row.label,
        description=row.description,
        rights=grants.rights,
        permissions=grants.permissions,
        may_introspect=grants.may_introspect,
        documents_only=grants.documents_only,
        documents=grants.documents,
        rate_limit=grants.rate_limit,
        objects={
            id_: ObjectGrant(each.rights, each.read_rule or EVERY, each.write_rule or EVERY)
            for id_, each in grants.objects.items()
        },
        fields={id_: FieldGrant(*each) for id_, each in grants.fields.items()},
        deleted_at=row.deleted_at,
    )
