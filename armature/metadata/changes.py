"""The steps a changeset is made of: frozen data, as a client asked for them.

Objects and fields are addressed by id or by API name. UNSET means "leave it as it is", None means null.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from msgspec import UNSET, UnsetType

from armature.metadata.model import IndexOrder, IndexType, OnDelete, RelationSide
from armature.metadata.rights import Right
from armature.metadata.roles import Permission

OnFailure = Literal["REFUSE", "NULL", "DEFAULT"]
"""What becomes of a value that can't be one of the new type: refuse the change, drop it, put the default there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOption:
    """An option keeps its id, so that its value can be renamed with the records that hold it."""

    value: str
    label: str | None = None
    color: str | UnsetType | None = UNSET
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelation:
    """Seen from the new field: MANY_TO_ONE and ONE_TO_ONE put the foreign key here, ONE_TO_MANY at the target.

    MANY_TO_MANY goes `through` an object with a relation to each, which is made where none is named; `through_fields`
    are its field that leads here and the one that leads to the target. `morph` is a MORPH_RELATION field, which unites
    the new one, a MANY_TO_ONE, with others. `on_delete` None: SET_NULL, or of such an object CASCADE.
    """

    type: RelationSide
    target: str
    inverse_name: str | None = None
    inverse_label: str | None = None
    on_delete: OnDelete | None = None
    through: str | None = None
    through_fields: tuple[str, ...] | None = None
    morph: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewField:
    """`targets` are the objects that a MORPH_RELATION may lead to: a relation to each is made with it."""

    name: str | None = None
    type: str
    label: str | None = None
    description: str | None = None
    is_nullable: bool = True
    is_unique: bool = False
    default_value: Any = None
    settings: Mapping[str, Any] | None = None
    options: tuple[NewOption, ...] | None = None
    relation: NewRelation | None = None
    targets: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateObject:
    name_singular: str | None = None
    name_plural: str | None = None
    label_singular: str | None = None
    label_plural: str | None = None
    description: str | None = None
    is_searchable: bool = True
    is_audited: bool = False
    duplicate_criteria: tuple[tuple[str, ...], ...] = ()
    fields: tuple[NewField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateObject:
    object: str
    name_singular: str | UnsetType = UNSET
    name_plural: str | UnsetType = UNSET
    label_singular: str | UnsetType = UNSET
    label_plural: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    is_searchable: bool | UnsetType = UNSET
    is_audited: bool | UnsetType = UNSET
    duplicate_criteria: tuple[tuple[str, ...], ...] | UnsetType = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteObject:
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreObject:
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateField:
    object: str
    field: NewField


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateField:
    """`on_delete` applies to the foreign key of a relation, from either side.

    With a `type`, the values are converted, and settings begin anew; options are made of the values where none are
    given. `on_failure`, by default REFUSE, is for values that can't be. `relation_type` is seen from this field.
    """

    object: str
    field: str
    name: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    on_failure: OnFailure | UnsetType = UNSET
    relation_type: RelationSide | UnsetType = UNSET
    label: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    is_nullable: bool | UnsetType = UNSET
    is_unique: bool | UnsetType = UNSET
    default_value: Any = UNSET
    settings: Mapping[str, Any] | UnsetType = UNSET
    options: tuple[NewOption, ...] | UnsetType = UNSET
    on_delete: OnDelete | UnsetType = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteField:
    object: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreField:
    """`is_nullable` True lets a required field come back although newer records have no value for it."""

    object: str
    field: str
    is_nullable: bool | UnsetType = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRole:
    """`rights` are those on all objects of which the role says nothing of its own; `documents` None: all."""

    name: str | None = None
    label: str | None = None
    description: str | None = None
    rights: tuple[Right, ...] = ()
    permissions: tuple[Permission, ...] = ()
    may_introspect: bool = True
    documents_only: bool = False
    documents: tuple[str, ...] | None = None
    rate_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRole:
    role: str
    label: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    rights: tuple[Right, ...] | UnsetType = UNSET
    permissions: tuple[Permission, ...] | UnsetType = UNSET
    may_introspect: bool | UnsetType = UNSET
    documents_only: bool | UnsetType = UNSET
    documents: tuple[str, ...] | UnsetType | None = UNSET
    rate_limit: int | UnsetType | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRole:
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetObjectPermission:
    """`rights` None: those that the role has on all objects, and no rules. A rule None: every record."""

    role: str
    object: str
    rights: tuple[Right, ...] | UnsetType | None = UNSET
    read_rule: Mapping[str, Any] | UnsetType | None = UNSET
    write_rule: Mapping[str, Any] | UnsetType | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFieldPermission:
    role: str
    object: str
    field: str
    may_read: bool | UnsetType = UNSET
    may_update: bool | UnsetType = UNSET


RoleChange: TypeAlias = CreateRole | UpdateRole | DeleteRole | SetObjectPermission | SetFieldPermission


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIndexField:
    """`field` by name, or a part of a composite: `address.city`."""

    field: str
    order: IndexOrder = "ASC"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex:
    """`where` is a filter of the object's records: only those that meet it are in the index."""

    object: str
    name: str | None = None
    fields: tuple[NewIndexField, ...]
    type: IndexType = "BTREE"
    is_unique: bool = False
    where: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteIndex:
    object: str
    index: str


Change: TypeAlias = (
    CreateObject
    | UpdateObject
    | DeleteObject
    | RestoreObject
    | CreateField
    | UpdateField
    | DeleteField
    | RestoreField
    | RoleChange
    | CreateIndex
    | DeleteIndex
)
