"""What has to happen in the database for a model to change: data, without SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from armature.metadata.changes import OnFailure
from armature.metadata.model import Field, Object, OnDelete
from armature.schema_builder.indexes import Built


@dataclass(frozen=True, slots=True)
class CreateTable:
    """With all columns and checks; indexes and foreign keys are steps of their own."""

    of: Object


@dataclass(frozen=True, slots=True)
class AddColumn:
    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class DropColumn:
    """Only of what is computed: everything else is set aside."""

    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """What a field held before it was converted, or holds again."""

    of: Object
    field: Field
    before: Field


@dataclass(frozen=True, slots=True)
class ConvertValues:
    """Into the columns of `field` from what it held `before`, which is set `aside` by now."""

    of: Object
    field: Field
    before: Field
    aside: Field
    on_failure: OnFailure


@dataclass(frozen=True, slots=True)
class LinkRecords:
    """A record of the link object for each reference that a foreign key held, which is set `aside` by now."""

    of: Object
    near: Field
    far: Field
    holder: Object
    aside: Field


@dataclass(frozen=True, slots=True)
class AddFormula:
    """The column of a formula that computes something else now; the old one was dropped.

    PostgreSQL refuses SET EXPRESSION where the table has a CHECK; a virtual column holds nothing that could be lost.
    """

    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class SetDefault:
    """To the field's default, or to none."""

    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class SetNullable:
    of: Object
    field: Field
    is_nullable: bool


@dataclass(frozen=True, slots=True)
class FillNulls:
    """Records without a value get the field's default, before it is required."""

    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class RenameValues:
    """Old values to new ones, all at once, so that two options may swap theirs."""

    of: Object
    field: Field
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ClearDangling:
    """References to records destroyed while the foreign key was set aside become null."""

    of: Object
    field: Field
    target: Object


@dataclass(frozen=True, slots=True)
class AddCheck:
    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class AddKeptCheck:
    """As AddCheck, where every record is known to keep to it: PostgreSQL need not read them."""

    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class DropCheck:
    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class CreateUnique:
    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class DropUnique:
    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class CreatePair:
    """A unique index over the two foreign keys of a link object."""

    of: Object
    near: Field
    far: Field


@dataclass(frozen=True, slots=True)
class DropPair:
    of: Object
    near: Field
    far: Field


@dataclass(frozen=True, slots=True)
class CreateWayBack:
    """An index over the two foreign keys of a link object, the other way round."""

    of: Object
    near: Field
    far: Field


@dataclass(frozen=True, slots=True)
class DropWayBack:
    of: Object
    near: Field
    far: Field


@dataclass(frozen=True, slots=True)
class AddAtMostOne:
    """Of several relations of a record."""

    of: Object
    united: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class DropAtMostOne:
    of: Object
    united: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class CreateIndex:
    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class BuildIndex:
    """Of a new table; those of others are built by a job."""

    of: Object
    index: Built


@dataclass(frozen=True, slots=True)
class DropIndex:
    of: Object
    field: Field


@dataclass(frozen=True, slots=True)
class AddForeignKey:
    of: Object
    field: Field
    target: Object
    on_delete: OnDelete


@dataclass(frozen=True, slots=True)
class Watch:
    """Tell of what foreign keys do to its records on their own."""

    of: Object


@dataclass(frozen=True, slots=True)
class DropForeignKey:
    of: Object
    field: Field


Step: TypeAlias = (
    DropForeignKey
    | DropIndex
    | DropUnique
    | DropPair
    | DropAtMostOne
    | DropWayBack
    | DropCheck
    | CreateTable
    | DropColumn
    | RenameColumn
    | AddColumn
    | ConvertValues
    | LinkRecords
    | AddFormula
    | RenameValues
    | ClearDangling
    | SetDefault
    | FillNulls
    | SetNullable
    | AddCheck
    | AddKeptCheck
    | CreateUnique
    | AddAtMostOne
    | CreatePair
    | CreateWayBack
    | CreateIndex
    | BuildIndex
    | AddForeignKey
    | Watch
)

ORDER: tuple[type[Step], ...] = (
    DropForeignKey,
    DropIndex,
    DropUnique,
    DropPair,
    DropAtMostOne,
    DropWayBack,
    DropCheck,
    CreateTable,
    DropColumn,
    RenameColumn,
    AddColumn,
    ConvertValues,
    LinkRecords,
    AddFormula,
    RenameValues,
    ClearDangling,
    SetDefault,
    FillNulls,
    SetNullable,
    AddCheck,
    AddKeptCheck,
    CreateUnique,
    AddAtMostOne,
    CreatePair,
    CreateWayBack,
    CreateIndex,
    BuildIndex,
    AddForeignKey,
    Watch,
)
"""In which kinds of steps follow each other: what constrains goes first and comes last."""
