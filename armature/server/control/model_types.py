"""Objects and fields, as the control plane shows them: views of one snapshot, in memory."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import strawberry
from strawberry import ID, Info
from strawberry.scalars import JSON

from armature.metadata import model
from armature.metadata.duplicates import written_criteria
from armature.metadata.kinds import FIELD_KINDS
from armature.metadata.model import Snapshot
from armature.server.control.context import Context
from armature.server.control.index_types import Index, index_of

FLAGS = ("description", "is_system", "is_active", "deleted_at")
OBJECT_COLUMNS = (
    "id",
    "name_singular",
    "name_plural",
    "label_singular",
    "label_plural",
    "is_searchable",
    "is_audited",
    *FLAGS,
)
FIELD_COLUMNS = ("id", "name", "label", "is_nullable", "is_unique", *FLAGS)

FIELD_TYPES: Any = Enum("FieldType", {name: name for name in FIELD_KINDS})  # type: ignore[misc]
FIELD_TYPE = strawberry.enum(FIELD_TYPES, description="What a field holds.")


@strawberry.enum(
    description="A relation seen from one of its two fields. The many side has the foreign key; of a one-to-one "
    "relation, the field it was created with."
)
class RelationType(Enum):
    MANY_TO_ONE = "MANY_TO_ONE"
    ONE_TO_MANY = "ONE_TO_MANY"
    ONE_TO_ONE = "ONE_TO_ONE"
    MANY_TO_MANY = "MANY_TO_MANY"


@strawberry.enum(description="What becomes of the record with the foreign key when the one it refers to is destroyed.")
class OnDelete(Enum):
    SET_NULL = "SET_NULL"
    CASCADE = "CASCADE"
    RESTRICT = "RESTRICT"


@strawberry.enum(description="What becomes of a value that can't be one of the new type.")
class OnFailure(Enum):
    REFUSE = "REFUSE"
    NULL = "NULL"
    DEFAULT = "DEFAULT"


@strawberry.type(description="One choice of a SELECT field.")
class Option:
    id: ID
    value: str
    label: str
    color: str | None


@strawberry.type(description="Where a RELATION field leads.")
class Relation:
    snapshot: strawberry.Private[Snapshot]
    owner: strawberry.Private[model.Object]
    of: strawberry.Private[model.Field]
    link: strawberry.Private[model.Link]
    type: RelationType
    on_delete: OnDelete

    @strawberry.field
    def target(self) -> "Object":
        return object_of(self.snapshot, self.link.target)

    @strawberry.field
    def inverse(self) -> "Field":
        """The field at the other end."""
        return field_of(self.snapshot, self.link.target, self.link.inverse)

    @strawberry.field
    def morph(self) -> "Field | None":
        """The MORPH_RELATION field that unites this relation with others."""
        morph = self.owner.fields.get(self.of.morph_id) if self.of.morph_id else None
        return None if morph is None else field_of(self.snapshot, self.owner, morph)

    @strawberry.field
    def through(self) -> "Object | None":
        """Of a many-to-many relation: the object whose records join the two ends."""
        return object_of(self.snapshot, self.link.between.object) if self.link.between else None


@strawberry.type
class Field:
    snapshot: strawberry.Private[Snapshot]
    owner: strawberry.Private[model.Object]
    of: strawberry.Private[model.Field]
    id: ID
    name: str
    type: Any = strawberry.field(graphql_type=FIELD_TYPE)
    label: str
    description: str | None
    is_nullable: bool
    is_unique: bool
    is_system: bool
    is_active: bool
    default_value: JSON | None
    settings: JSON
    deleted_at: datetime | None

    @strawberry.field
    def purge_after(self, info: Info[Context, None]) -> datetime | None:
        """When a job drops it with its values, unless it is restored before; null where it is not deleted."""
        return purge_time(info.context, self.deleted_at)

    @strawberry.field
    def options(self) -> list[Option]:
        return [
            Option(id=ID(str(each.id)), value=each.value, label=each.label, color=each.color)
            for each in self.of.options
        ]

    @strawberry.field
    def object(self) -> "Object":
        return object_of(self.snapshot, self.owner)

    @strawberry.field
    def relation(self) -> Relation | None:
        if self.of.relation_id is None:
            return None
        link = self.snapshot.link(self.of)
        return Relation(
            snapshot=self.snapshot,
            owner=self.owner,
            of=self.of,
            link=link,
            type=RelationType[link.side],
            on_delete=OnDelete[link.relation.on_delete],
        )


@strawberry.type
class Object:
    snapshot: strawberry.Private[Snapshot]
    of: strawberry.Private[model.Object]
    id: ID
    name_singular: str
    name_plural: str
    label_singular: str
    label_plural: str
    description: str | None
    is_system: bool
    is_active: bool
    is_searchable: bool
    is_audited: bool
    deleted_at: datetime | None

    @strawberry.field
    def purge_after(self, info: Info[Context, None]) -> datetime | None:
        """When a job drops it with its records, unless it is restored before; null where it is not deleted."""
        return purge_time(info.context, self.deleted_at)

    @strawberry.field
    def duplicate_criteria(self) -> list[list[str]]:
        """Records that are alike in all fields of one of these count as duplicates."""
        return written_criteria(self.of)

    @strawberry.field
    def version(self) -> int:
        """Of the workspace's model."""
        return self.snapshot.version

    @strawberry.field
    async def fields(self, info: Info[Context, None], with_deleted: bool = False) -> list[Field]:
        """In display order."""
        return await fields_of(info.context, self.snapshot, self.of, with_deleted)

    @strawberry.field
    async def indexes(self, info: Info[Context, None]) -> list[Index]:
        """Those that somebody asked for, in the order of creation."""
        found = await info.context.listed(self.of.indexes)
        return [index_of(self.snapshot, self.of, each) for each in found]


def purge_time(context: Context, deleted_at: datetime | None) -> datetime | None:
    return deleted_at and deleted_at + timedelta(seconds=context.control.settings.set_aside_lifetime)


async def fields_of(context: Context, snapshot: Snapshot, of: model.Object, with_deleted: bool) -> list[Field]:
    found = await context.listed([*(of.fields if with_deleted else of.kept_fields).values()])
    return [field_of(snapshot, of, each) for each in found]


def object_of(snapshot: Snapshot, of: model.Object) -> Object:
    return Object(snapshot=snapshot, of=of, **{name: getattr(of, name) for name in OBJECT_COLUMNS})


def field_of(snapshot: Snapshot, owner: model.Object, of: model.Field) -> Field:
    return Field(
        snapshot=snapshot,
        owner=owner,
        of=of,
        type=FIELD_TYPES[of.kind],
        default_value=of.default,
        settings=JSON(dict(of.settings)),
        **{name: getattr(of, name) for name in FIELD_COLUMNS},
    )
