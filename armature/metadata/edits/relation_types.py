"""A relation becomes one of another type, with its links: one-to-one and back, or many-to-many.

Many-to-many has no foreign key: what the key held is set aside, and its links are records of an object made for them.
"""

from dataclasses import replace

from armature.core.errors import BadUserInput
from armature.metadata.edits.conversion import SHORT, former
from armature.metadata.edits.draft import Draft
from armature.metadata.edits.many_to_many import new_link, relation_of
from armature.metadata.edits.relations import KeylessIsNullable, NotARelation
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Relation, RelationSide
from armature.metadata.names import column_at_birth, taken_columns

KEPT = {("MANY_TO_ONE", "ONE_TO_ONE"), ("ONE_TO_ONE", "MANY_TO_ONE")}
"""Seen from the end with the foreign key: only its uniqueness changes."""

KEPT_BEYOND = {("ONE_TO_MANY", "ONE_TO_ONE"), ("ONE_TO_ONE", "ONE_TO_MANY")}
"""From the other end."""


class RelationTypeUnknown(BadUserInput):
    def __init__(self, field: Field, side: RelationSide, wanted: RelationSide) -> None:
        super().__init__(
            f'"{field.name}" is {side} and can\'t become {wanted}: the foreign key stays where it is.',
            hint="It can become MANY_TO_MANY, or one-to-one and back.",
            field=field.name,
            path=("relationType",),
        )


class RelationIsUnited(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" is one of several relations of which a record has at most one.',
            field=field.name,
            path=("relationType",),
        )


def set_relation_type(draft: Draft, field: Field, wanted: RelationSide) -> None:
    if field.relation_id is None:
        error = NotARelation(field.name)
        error.path = ("relationType",)
        raise error
    relation, side = draft.relations[field.relation_id], draft.snapshot.link(field).side
    if side == wanted:
        return
    if (side, wanted) in (KEPT if field.column is not None else KEPT_BEYOND):
        key = draft.objects[relation.many_object].fields[relation.many_field]
        draft.put_field(relation.many_object, replace(key, is_unique=wanted == "ONE_TO_ONE"))
    elif wanted == "MANY_TO_MANY":
        _link(draft, relation)
    else:
        raise RelationTypeUnknown(field, side, wanted)


def _link(draft: Draft, relation: Relation) -> None:
    of = draft.objects[relation.many_object]
    key = of.fields[relation.many_field]
    if key.morph_id is not None:
        raise RelationIsUnited(key)
    if not key.is_nullable:
        raise KeylessIsNullable
    near, far = new_link(draft, of, draft.objects[relation.one_object], "CASCADE")
    column = column_at_birth(key.name[:SHORT], KINDS["UUID"], taken_columns(of))
    was = draft.before.objects[of.id].fields[key.id]  # the step may have renamed it
    held = replace(was, kind="UUID", relation_id=None, is_unique=False, is_nullable=True)
    aside = former(held, draft.new_id(), column, draft.now)
    draft.put_field(of.id, replace(key, column=None, is_unique=False), aside)
    draft.put_relation(replace(relation, on_delete="CASCADE", through=(relation_of(near), relation_of(far))))
    for end, each in ((relation.many_object, key.id), (relation.one_object, relation.one_field)):
        draft.touched(each, "relationType")
        draft.put_last(end, each)
