"""What a client may write to change the model: one input a kind of step, named as in metadata/changes.py.

What is left out is UNSET; `steps.py` makes steps of these.
"""

from typing import Any

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from armature.server.control.index_types import IndexOrder, IndexType
from armature.server.control.model_types import FIELD_TYPE, OnDelete, OnFailure, RelationType
from armature.server.control.role_inputs import (
    CreateRoleInput,
    DeleteRoleInput,
    SetFieldPermissionInput,
    SetObjectPermissionInput,
    UpdateRoleInput,
)

IS_AUDITED = "Whether what is written to its records stands in the audit log, too."
CRITERIA = (
    "Lists of fields: records that are alike in all of one list count as duplicates. Parts of composites are named as "
    "emails.primaryEmail is."
)


@strawberry.input
class OptionInput:
    value: str
    label: str | None = UNSET
    color: str | None = UNSET
    id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Of the option as it is, to rename its value with the records that hold it."
    )


@strawberry.input
class RelationInput:
    type: RelationType
    target: str = strawberry.field(description="The other object, by name or id.")
    inverse_name: str | None = UNSET
    inverse_label: str | None = UNSET
    on_delete: OnDelete | None = strawberry.field(
        default=UNSET, description="By default SET_NULL; of MANY_TO_MANY, for the records in between, CASCADE."
    )
    through: str | None = strawberry.field(
        default=UNSET, description="Of MANY_TO_MANY: an object with a relation to each end. By default, one is made."
    )
    morph: str | None = strawberry.field(
        default=UNSET, description="Of MANY_TO_ONE: the MORPH_RELATION field of this object that unites it with others."
    )
    through_fields: list[str] | None = strawberry.field(
        default=UNSET, description="Of that object: the field that leads here, and the one that leads to the target."
    )


@strawberry.input
class NewFieldInput:
    type: Any = strawberry.field(graphql_type=FIELD_TYPE)
    name: str | None = strawberry.field(default=UNSET, description="Made from the label where it is left out.")
    label: str | None = strawberry.field(default=UNSET, description="Made from the name where it is left out.")
    description: str | None = UNSET
    is_nullable: bool = True
    is_unique: bool = False
    default_value: JSON | None = UNSET
    settings: JSON | None = UNSET
    options: list[OptionInput] | None = UNSET
    relation: RelationInput | None = UNSET
    targets: list[str] | None = strawberry.field(
        default=UNSET, description="Of MORPH_RELATION: objects, by name or id, to each of which it gets a relation."
    )


@strawberry.input
class CreateObjectInput:
    name_singular: str | None = UNSET
    name_plural: str | None = UNSET
    label_singular: str | None = UNSET
    label_plural: str | None = UNSET
    description: str | None = UNSET
    is_searchable: bool = True
    is_audited: bool = strawberry.field(default=False, description=IS_AUDITED)
    duplicate_criteria: list[list[str]] = strawberry.field(default_factory=list, description=CRITERIA)
    fields: list[NewFieldInput] = strawberry.field(default_factory=list)


@strawberry.input
class UpdateObjectInput:
    object: str = strawberry.field(description="By name or id.")
    name_singular: str | None = UNSET
    name_plural: str | None = UNSET
    label_singular: str | None = UNSET
    label_plural: str | None = UNSET
    description: str | None = UNSET
    is_active: bool | None = UNSET
    is_searchable: bool | None = UNSET
    is_audited: bool | None = strawberry.field(default=UNSET, description=IS_AUDITED)
    duplicate_criteria: list[list[str]] | None = strawberry.field(default=UNSET, description=CRITERIA)


@strawberry.input
class DeleteObjectInput:
    object: str = strawberry.field(description="By name or id.")


@strawberry.input
class RestoreObjectInput:
    object: str = strawberry.field(description="By id, or by name the one deleted last.")


@strawberry.input
class CreateFieldInput(NewFieldInput):
    object: str = strawberry.field(description="By name or id.")


@strawberry.input
class UpdateFieldInput:
    object: str = strawberry.field(description="By name or id.")
    field: str = strawberry.field(description="By name or id.")
    name: str | None = UNSET
    type: Any = strawberry.field(
        default=UNSET, graphql_type=FIELD_TYPE | None, description="Another one: the values are converted."
    )
    on_failure: OnFailure | None = strawberry.field(
        default=UNSET, description="With a type: what becomes of values that can't be converted. By default, REFUSE."
    )
    relation_type: RelationType | None = strawberry.field(
        default=UNSET, description="Of a relation, seen from this field: MANY_TO_MANY, or one-to-one and back."
    )
    label: str | None = UNSET
    description: str | None = UNSET
    is_active: bool | None = UNSET
    is_nullable: bool | None = UNSET
    is_unique: bool | None = UNSET
    default_value: JSON | None = UNSET
    settings: JSON | None = UNSET
    options: list[OptionInput] | None = UNSET
    on_delete: OnDelete | None = UNSET


@strawberry.input
class DeleteFieldInput:
    object: str = strawberry.field(description="By name or id.")
    field: str = strawberry.field(description="By name or id.")


@strawberry.input
class RestoreFieldInput:
    object: str = strawberry.field(description="By name or id.")
    field: str = strawberry.field(description="By id, or by name the one deleted last.")
    is_nullable: bool | None = strawberry.field(
        default=UNSET, description="True lets a required field come back although newer records have no value for it."
    )


@strawberry.input
class PurgeObjectInput:
    object: str = strawberry.field(description="By id, or by name the one deleted last.")


@strawberry.input
class PurgeFieldInput:
    object: str = strawberry.field(description="By name or id.")
    field: str = strawberry.field(description="By id, or by name the one deleted last.")


@strawberry.input
class IndexFieldInput:
    field: str = strawberry.field(description="Its name; of a composite, that of a part: address.city.")
    order: IndexOrder = IndexOrder.ASC


@strawberry.input
class CreateIndexInput:
    object: str = strawberry.field(description="By name or id.")
    fields: list[IndexFieldInput]
    name: str | None = strawberry.field(default=UNSET, description="Made from the fields where it is left out.")
    type: IndexType = IndexType.BTREE
    is_unique: bool = strawberry.field(default=False, description="Among records that are not deleted.")
    where: JSON | None = strawberry.field(
        default=UNSET,
        description="A filter, as lists of the records take it: only those that meet it are in the index.",
    )


@strawberry.input
class DeleteIndexInput:
    object: str = strawberry.field(description="By name or id.")
    index: str = strawberry.field(description="By name or id.")


@strawberry.input(one_of=True, description="One step of a changeset.")
class ChangeInput:
    create_object: CreateObjectInput | None = UNSET
    update_object: UpdateObjectInput | None = UNSET
    delete_object: DeleteObjectInput | None = UNSET
    restore_object: RestoreObjectInput | None = UNSET
    create_field: CreateFieldInput | None = UNSET
    update_field: UpdateFieldInput | None = UNSET
    delete_field: DeleteFieldInput | None = UNSET
    restore_field: RestoreFieldInput | None = UNSET
    create_role: CreateRoleInput | None = UNSET
    update_role: UpdateRoleInput | None = UNSET
    delete_role: DeleteRoleInput | None = UNSET
    set_object_permission: SetObjectPermissionInput | None = UNSET
    set_field_permission: SetFieldPermissionInput | None = UNSET
    create_index: CreateIndexInput | None = UNSET
    delete_index: DeleteIndexInput | None = UNSET
