"""What of a model leaves it for good: what was set aside, and is not to come back. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from armature.metadata.model import Field, Object, Relation, Snapshot
from armature.metadata.resolve import as_id
from armature.metadata.roles import FieldGrant, ObjectGrant, Role

T = TypeVar("T", ObjectGrant, FieldGrant)


@dataclass(frozen=True, slots=True)
class Gone:
    """Objects go with their fields, which are not in `fields`; relations with both their ends."""

    objects: frozenset[UUID]
    fields: frozenset[UUID]
    relations: frozenset[UUID]

    def __bool__(self) -> bool:
        return bool(self.objects or self.fields)


def due(snapshot: Snapshot, until: datetime, at_most: int) -> Gone:
    """What was deleted by then; of objects no more than so many."""
    objects = [each.id for each in snapshot.objects.values() if _is_due(each, until)][:at_most]
    fields = [each.id for of in snapshot.objects.values() for each in of.fields.values() if _is_due(each, until)]
    return gone(snapshot, objects, fields)


def gone(snapshot: Snapshot, objects: list[UUID], fields: list[UUID]) -> Gone:
    """These and what goes with them; but for what something needs that stays: a relation, or a rule of a role."""
    ruled = _ruled(snapshot, set(objects))
    kept = (each for each in snapshot.relations.values() if ruled & {*_ends(each)} or not _is_deleted(snapshot, each))
    needed = {id_ for each in kept for id_ in _concerned(each)}
    going, wanted = set(objects) - needed, set(fields) - needed - ruled
    relations = {id_ for id_, each in snapshot.relations.items() if {*_concerned(each)} & (going | wanted)}
    while more := {id_ for id_, each in snapshot.relations.items() if set(each.through or ()) & relations} - relations:
        relations |= more
    ends = {id_ for each in relations for id_ in _ends(snapshot.relations[each])}
    within = {id_ for of in going for id_ in snapshot.objects[of].fields}
    return Gone(frozenset(going), frozenset((wanted | ends) - within), frozenset(relations))


def purged(snapshot: Snapshot, what: Gone) -> Snapshot:
    """The model without them; its version is left as it is."""
    return replace(
        snapshot,
        objects={id_: _without(each, what) for id_, each in snapshot.objects.items() if id_ not in what.objects},
        relations={id_: each for id_, each in snapshot.relations.items() if id_ not in what.relations},
        roles={id_: _role_without(each, snapshot, what) for id_, each in snapshot.roles.items()},
    )


def _is_due(each: Object | Field, until: datetime) -> bool:
    return each.deleted_at is not None and each.deleted_at <= until


def _ruled(snapshot: Snapshot, but: set[UUID]) -> set[UUID]:
    """The fields that rules name, but those on records of these objects."""
    rules = (each.fields_ruled_by.items() for each in snapshot.roles.values())
    return {as_id(id_) for each in rules for of, ids in each if of not in but for id_ in ids}


def _is_deleted(snapshot: Snapshot, relation: Relation) -> bool:
    many = snapshot.objects[relation.many_object].fields[relation.many_field]
    one = snapshot.objects[relation.one_object].fields[relation.one_field]
    return many.deleted_at is not None and one.deleted_at is not None


def _concerned(relation: Relation) -> Iterator[UUID]:
    yield relation.many_object
    yield relation.one_object
    yield from _ends(relation)


def _ends(relation: Relation) -> Iterator[UUID]:
    yield relation.many_field
    yield relation.one_field


def _without(of: Object, what: Gone) -> Object:
    if what.fields.isdisjoint(of.fields):
        return of
    kept = {id_: _freed(each, what) for id_, each in of.fields.items() if id_ not in what.fields}
    criteria = tuple(each for each in of.duplicate_criteria if what.fields.isdisjoint(alike.field for alike in each))
    return replace(of, fields=kept, duplicate_criteria=criteria)


def _freed(field: Field, what: Gone) -> Field:
    """A relation of a union that goes stands by itself."""
    return replace(field, morph_id=None) if field.morph_id in what.fields else field


def _role_without(role: Role, snapshot: Snapshot, what: Gone) -> Role:
    fields = what.fields | {each for id_ in what.objects for each in snapshot.objects[id_].fields}
    kept = replace(role, objects=_others(role.objects, what.objects), fields=_others(role.fields, fields))
    return role if kept == role else kept


def _others(grants: Mapping[UUID, T], ids: frozenset[UUID]) -> dict[UUID, T]:
    return {id_: each for id_, each in grants.items() if id_ not in ids}
