"""The two fields of a relation: their columns, and the names of those that nobody named."""

from dataclasses import replace
from typing import Literal
from uuid import UUID

from armature.metadata.changes import NewRelation
from armature.metadata.claims import FieldNames
from armature.metadata.edits.draft import Draft
from armature.metadata.english import label_of, name_of
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object, Relation, RelationSide
from armature.metadata.names import TO_MANY_FIELDS, TO_ONE_FIELDS, column_at_birth, pascal, taken_columns

KEY: dict[RelationSide, Literal["here", "there"] | None] = {
    "MANY_TO_ONE": "here",
    "ONE_TO_ONE": "here",
    "ONE_TO_MANY": "there",
    "MANY_TO_MANY": None,
}
"""Which end has the foreign key, seen from a new field."""

MANY_BEYOND = ("MANY_TO_ONE", "MANY_TO_MANY")
"""Whether the field at the other end leads to many."""


def put_ends(draft: Draft, of: UUID, field: Field, target: UUID, new: NewRelation) -> Relation:
    """Put both ends, but not yet the relation: its `many_field` has the key, or else is the new field."""
    id_, key = draft.new_id(), KEY[new.type]
    here = _put_end(draft, of, replace(field, relation_id=id_), has_key=key == "here")
    bare = replace(_inverse(draft, of, field, target, new), relation_id=id_)
    there = _put_end(draft, target, bare, has_key=key == "there")
    ends = (target, there.id, of, here.id) if key == "there" else (of, here.id, target, there.id)
    return Relation(id_, *ends, new.on_delete or "SET_NULL")


def _put_end(draft: Draft, of: UUID, field: Field, *, has_key: bool) -> Field:
    if has_key:
        taken = taken_columns(draft.objects[of])
        field = replace(field, column=column_at_birth(field.name, KINDS["RELATION"], taken))
    draft.put_field(of, field)
    return field


def _inverse(draft: Draft, of: UUID, field: Field, target: UUID, new: NewRelation) -> Field:
    name = new.inverse_name or name_of(new.inverse_label or "")
    if not name:
        name = _default_inverse_name(draft.objects[of], field, draft.objects[target], new.type)
    return Field(draft.new_id(), name, "RELATION", None, new.inverse_label or label_of(name) or name)


def _default_inverse_name(of: Object, field: Field, target: Object, side: RelationSide) -> str:
    """`people` for a person's company, `company` for a company's people; where that is taken, `peopleByEmployer`."""
    base = of.name_plural if side in MANY_BEYOND else of.name_singular
    claims = TO_ONE_FIELDS if KEY[side] == "there" else TO_MANY_FIELDS
    is_free = FieldNames(target).are_free(each.format(base) for each in claims)
    return base if is_free else f"{base}By{pascal(field.name)}"
