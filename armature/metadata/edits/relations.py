"""A relation is a pair of fields that come, go and return together; one of them has the foreign key."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from armature.core.errors import BadUserInput
from armature.metadata.changes import NewRelation
from armature.metadata.claims import FieldNames
from armature.metadata.edits.draft import Draft
from armature.metadata.english import label_of, name_of
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object, Relation, RelationSide
from armature.metadata.names import TO_MANY_FIELDS, TO_ONE_FIELDS, column_at_birth, pascal, taken_columns
from armature.metadata.resolve import find_object

HAS_KEY: dict[RelationSide, bool] = {"MANY_TO_ONE": True, "ONE_TO_ONE": True, "ONE_TO_MANY": False}
"""Whether a new field has the foreign key; else the field at its other end has it."""


class RelationMissing(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "A RELATION field needs to know what it leads to.",
            hint='Give relation: {type: MANY_TO_ONE, target: "…"}.',
            path=("relation",),
        )


class RelationNotAllowed(BadUserInput):
    def __init__(self, kind: str) -> None:
        super().__init__(
            f"A {kind} field leads nowhere.", hint="Give it the type RELATION, or no relation.", path=("relation",)
        )


class KeylessIsNullable(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "A relation may always be empty where the foreign key is at its other end.",
            hint="Make the field at its other end required.",
            path=("isNullable",),
        )


class NotARelation(BadUserInput):
    def __init__(self, field: str) -> None:
        super().__init__(f'"{field}" is no relation.', field=field, path=("onDelete",))


def create_relation(draft: Draft, of: UUID, field: Field, new: NewRelation | None) -> None:
    """Put both ends; `field` is this one, complete but for what being a relation brings."""
    if new is None:
        raise RelationMissing
    has_key = HAS_KEY[new.type]
    if not has_key and not field.is_nullable:
        raise KeylessIsNullable
    with draft.at("relation"):
        target = find_object(draft.snapshot, new.target, "target").id
        relation = draft.new_id()
        one_to_one = new.type == "ONE_TO_ONE"
        here = _put_end(draft, of, replace(field, is_unique=field.is_unique or one_to_one), relation, has_key=has_key)
        bare = _inverse(draft, of, field, target, new)
        there = _put_end(draft, target, bare, relation, has_key=not has_key)
        draft.spelt(there.id, {"name": ("inverseName",), "label": ("inverseLabel",)})
        ends = (of, here.id, target, there.id) if has_key else (target, there.id, of, here.id)
        draft.put_relation(Relation(relation, *ends, new.on_delete))


def _put_end(draft: Draft, of: UUID, field: Field, relation: UUID, *, has_key: bool) -> Field:
    column = None
    if has_key:
        taken = taken_columns(draft.objects[of])
        column = column_at_birth(field.name, KINDS["RELATION"], taken)
    end = replace(field, column=column, relation_id=relation)
    draft.put_field(of, end)
    return end


def _inverse(draft: Draft, of: UUID, field: Field, target: UUID, new: NewRelation) -> Field:
    name = new.inverse_name or name_of(new.inverse_label or "")
    if not name:
        name = _default_inverse_name(draft.objects[of], field, draft.objects[target], new.type)
    return Field(draft.new_id(), name, "RELATION", None, new.inverse_label or label_of(name) or name)


def _default_inverse_name(of: Object, field: Field, target: Object, side: RelationSide) -> str:
    """`people` for a person's company, `company` for a company's people; where that is taken, `peopleByEmployer`."""
    base = of.name_plural if side == "MANY_TO_ONE" else of.name_singular
    claims = TO_MANY_FIELDS if HAS_KEY[side] else TO_ONE_FIELDS
    is_free = FieldNames(target).are_free(each.format(base) for each in claims)
    return base if is_free else f"{base}By{pascal(field.name)}"


def delete_relation(draft: Draft, relation: Relation) -> None:
    """Delete what is left of both ends, at the same moment."""
    for of, end in _ends(relation):
        if draft.objects[of].fields[end].deleted_at is None:
            _stamp(draft, of, end, draft.now)


def restore_relation(draft: Draft, relation: Relation) -> None:
    """Bring back both ends; or, while one of the objects is deleted, let them wait for it."""
    waits_for = max((at for of, _ in _ends(relation) if (at := draft.objects[of].deleted_at)), default=None)
    for of, end in _ends(relation):
        _stamp(draft, of, end, waits_for)


def _stamp(draft: Draft, of: UUID, end: UUID, deleted_at: datetime | None) -> None:
    draft.put_field(of, replace(draft.objects[of].fields[end], deleted_at=deleted_at))


def _ends(relation: Relation) -> tuple[tuple[UUID, UUID], tuple[UUID, UUID]]:
    return (relation.many_object, relation.many_field), (relation.one_object, relation.one_field)
