"""A relation is a pair of fields that come, go and return together; one of them has the foreign key.

What goes through a relation, as many-to-many relations do, goes and returns with it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from armature.core.errors import BadUserInput
from armature.metadata.changes import NewRelation
from armature.metadata.edits.draft import Draft
from armature.metadata.edits.ends import KEY, put_ends
from armature.metadata.edits.many_to_many import create_many_to_many
from armature.metadata.model import Field, Object, OnDelete, Relation
from armature.metadata.resolve import find_field, find_object


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


class NotUnited(BadUserInput):
    def __init__(self, morph: str) -> None:
        super().__init__(
            f'"{morph}" does not unite this: a MORPH_RELATION field unites MANY_TO_ONE relations.', path=("morph",)
        )


class UnitedAlready(BadUserInput):
    def __init__(self, morph: str, target: str) -> None:
        super().__init__(f'"{morph}" leads to "{target}" already.', path=("target",))


class ThroughMissing(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "throughFields are fields of an object, and none is named.", hint='Give "through".', path=("throughFields",)
        )


class ThroughNotAllowed(BadUserInput):
    def __init__(self, key: str) -> None:
        super().__init__(f"Only a MANY_TO_MANY relation has {key}.", hint="Leave it out.", path=(key,))


def create_relation(draft: Draft, of: UUID, field: Field, new: NewRelation | None) -> None:
    """Put both ends; `field` is this one, complete but for what being a relation brings."""
    if new is None:
        raise RelationMissing
    if KEY[new.type] != "here" and not field.is_nullable:
        raise KeylessIsNullable
    with draft.at("relation"):
        _check_through(new)
        target = find_object(draft.snapshot, new.target, "target").id
        if new.morph is not None:
            field = _united(draft.objects[of], field, target, new, draft)
        if new.type == "MANY_TO_MANY":
            relation = create_many_to_many(draft, of, field, target, new)
        else:
            is_unique = field.is_unique or new.type == "ONE_TO_ONE"
            relation = put_ends(draft, of, replace(field, is_unique=is_unique), target, new)
            draft.put_relation(relation)
        there = relation.one_field if relation.many_field == field.id else relation.many_field
        draft.spelt(there, {"name": ("inverseName",), "label": ("inverseLabel",)})


def _united(of: Object, field: Field, target: UUID, new: NewRelation, draft: Draft) -> Field:
    """As one of the relations that a MORPH_RELATION unites."""
    morph = find_field(of, new.morph or "", "morph")
    if morph.kind != "MORPH_RELATION" or new.type != "MANY_TO_ONE":
        raise NotUnited(morph.name)
    if any(draft.snapshot.link(each).target.id == target for each in of.unions[morph.id]):
        raise UnitedAlready(morph.name, draft.objects[target].name_singular)
    return replace(field, morph_id=morph.id)


def _check_through(new: NewRelation) -> None:
    for key, given in (("through", new.through), ("throughFields", new.through_fields)):
        if given is not None and new.type != "MANY_TO_MANY":
            raise ThroughNotAllowed(key)
    if new.through is None and new.through_fields is not None:
        raise ThroughMissing


def set_on_delete(draft: Draft, relation: Relation, on_delete: OnDelete) -> None:
    """Of a many-to-many relation, it is a rule of the two that it goes through."""
    draft.put_relation(replace(relation, on_delete=on_delete))
    if relation.through is None:
        draft.touched(relation.many_field, "onDelete")
    for each in relation.through or ():
        set_on_delete(draft, draft.relations[each], on_delete)


def delete_relation(draft: Draft, relation: Relation) -> None:
    """Delete what is left of both ends, at the same moment."""
    for of, end in _ends(relation):
        if draft.objects[of].fields[end].deleted_at is None:
            _stamp(draft, of, end, draft.now)
    for each in _going_through(draft, relation):
        delete_relation(draft, each)


def restore_relation(draft: Draft, relation: Relation, key: str) -> None:
    """Bring back both ends; or, while something they lead to or go through is deleted, let them wait for it.

    `key` of the step names what is restored.
    """
    deleted_at = deleted_since(draft, relation)
    waits_for = max((each.deleted_at for each in needed(draft, relation) if each.deleted_at), default=None)
    for of, end in _ends(relation):
        draft.touched(end, key)
        _stamp(draft, of, end, waits_for)
    for each in _going_through(draft, relation):
        if deleted_since(draft, each) == deleted_at:
            restore_relation(draft, each, key)


def needed(draft: Draft, relation: Relation) -> Iterator[Object | Field]:
    """What a relation can't be without: the objects at both ends, and what it goes through."""
    yield from (draft.objects[of] for of, _ in _ends(relation))
    for each in (draft.relations[id_] for id_ in relation.through or ()):
        yield from (draft.objects[each.many_object], draft.objects[each.many_object].fields[each.many_field])


def deleted_since(draft: Draft, relation: Relation) -> datetime | None:
    return draft.objects[relation.many_object].fields[relation.many_field].deleted_at


def _going_through(draft: Draft, relation: Relation) -> list[Relation]:
    return [each for each in draft.relations.values() if relation.id in (each.through or ())]


def _stamp(draft: Draft, of: UUID, end: UUID, deleted_at: datetime | None) -> None:
    draft.put_field(of, replace(draft.objects[of].fields[end], deleted_at=deleted_at))


def _ends(relation: Relation) -> tuple[tuple[UUID, UUID], tuple[UUID, UUID]]:
    return (relation.many_object, relation.many_field), (relation.one_object, relation.one_field)
