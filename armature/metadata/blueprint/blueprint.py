"""What a model should be, by names: what a file of a model says, read, and what is written into one.

The keys are those of the inputs on `/metadata`. What is left out is the default, so that a blueprint says all of a
model; `was` is the name that something had before, without which a new name is a new thing.
"""

from typing import Any, TypeAlias

from msgspec import Struct

from armature.metadata.changes import OnFailure
from armature.metadata.edits.ends import KEY
from armature.metadata.english import label_of, plural_name_of, plural_of
from armature.metadata.model import IndexType, OnDelete, RelationSide
from armature.metadata.rights import Right
from armature.metadata.roles import Permission

Path: TypeAlias = tuple[str | int, ...]


class OptionPlan(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    value: str
    label: str | None = None
    color: str | None = None
    was: str | None = None


class RelationPlan(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """Said at one end of it; the field at the other end may have an entry of its own, which says whose inverse it is.

    `inverse_of` is that field, as `object.field`; it stands alone. A many-to-many relation names what it goes through.
    """

    type: RelationSide | None = None
    target: str | None = None
    inverse_name: str | None = None
    on_delete: OnDelete = "SET_NULL"
    inverse_of: str | None = None
    through: str | None = None
    through_fields: tuple[str, ...] = ()
    morph: str | None = None

    @property
    def has_key(self) -> bool:
        """Whether the foreign key is at this end, or, where neither end has one, the relation is said at this end."""
        return self.type is not None and KEY[self.type] != "there"

    @property
    def leads_to(self) -> tuple[str, str | None]:
        """The object at the other end, and the field there, if it is named."""
        if self.inverse_of is None:
            return self.target or "", self.inverse_name
        target, _, field = self.inverse_of.partition(".")
        return target, field


class FieldPlan(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """`type` is None for system fields, of which only label and description can change.

    `on_failure` is for values that can't be converted where the type is another one than before; then it means nothing.
    """

    was: str | None = None
    type: str | None = None
    on_failure: OnFailure | None = None
    label: str | None = None
    description: str | None = None
    is_active: bool = True
    is_nullable: bool = True
    is_unique: bool = False
    default_value: Any = None
    settings: dict[str, Any] = {}
    options: tuple[OptionPlan, ...] = ()
    relation: RelationPlan | None = None


class IndexPlan(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """`fields` are names; one that is in another order than ASC has that behind it: `name DESC`."""

    fields: tuple[str, ...]
    type: IndexType = "BTREE"
    is_unique: bool = False
    where: dict[str, Any] | None = None


class ObjectPlan(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """`fields` are by name, in display order; `indexes` by name, each made anew where it is another."""

    was: str | None = None
    name_plural: str | None = None
    label_singular: str | None = None
    label_plural: str | None = None
    description: str | None = None
    is_active: bool = True
    is_searchable: bool = True
    is_audited: bool = False
    duplicate_criteria: tuple[tuple[str, ...], ...] = ()
    fields: dict[str, FieldPlan] = {}
    indexes: dict[str, IndexPlan] = {}


class RecordsPlan(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    rights: tuple[Right, ...] = ()
    read_rule: dict[str, Any] | None = None
    write_rule: dict[str, Any] | None = None


class ValuesPlan(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    may_read: bool = True
    may_update: bool = True


class RolePlan(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """`objects` are by name, `fields` by the name of their object."""

    label: str | None = None
    description: str | None = None
    rights: tuple[Right, ...] = ()
    permissions: tuple[Permission, ...] = ()
    may_introspect: bool = True
    documents_only: bool = False
    documents: tuple[str, ...] | None = None
    rate_limit: int | None = None
    objects: dict[str, RecordsPlan] = {}
    fields: dict[str, dict[str, ValuesPlan]] = {}


class Blueprint(Struct, frozen=True, kw_only=True):
    """`objects` are by singular name, in the order of their creation; of `roles` and `documents` it may say nothing.

    `documents` are the texts of the stored ones, by name, which are beside the model, not in it.
    """

    objects: dict[str, ObjectPlan]
    roles: dict[str, RolePlan] | None = None
    documents: dict[str, str] | None = None


def full_label(name: str, label: str | None) -> str:
    """A field's label, or the one made from its name."""
    return label if label is not None else label_of(name) or name


def plural_name(name: str, plan: ObjectPlan) -> str:
    return plan.name_plural if plan.name_plural is not None else plural_name_of(name)


def object_labels(name: str, plan: ObjectPlan) -> tuple[str, str]:
    """Singular and plural; where only the singular one is given, the plural one follows it rather than the name."""
    one, many = plan.label_singular, plan.label_plural
    if many is None:
        many = full_label(plural_name(name, plan), None) if one is None else plural_of(one)
    return full_label(name, one), many
