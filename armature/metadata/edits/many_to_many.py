"""Many-to-many: two fields without a column, through an ordinary object that has a relation to each end.

Where no such object is named, one is made; it can get fields of its own like any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from uuid import UUID

from armature.core.errors import BadUserInput
from armature.metadata.changes import NewRelation
from armature.metadata.claims import ObjectNames
from armature.metadata.edits.birth import new_object
from armature.metadata.edits.draft import Draft
from armature.metadata.edits.ends import put_ends
from armature.metadata.english import label_of, plural_name_of, plural_of
from armature.metadata.model import Field, Object, OnDelete, Relation, Snapshot
from armature.metadata.names import pascal, root_names, type_names
from armature.metadata.resolve import find_field, find_object


class ThroughUnclear(BadUserInput):
    def __init__(self, link: Object, to: Object, found: int, wanted: int) -> None:
        super().__init__(
            f'"{link.name_singular}" must have {wanted} relation{"s" if wanted > 1 else ""} to "{to.name_singular}" to '
            f"go through, and has {found}.",
            hint="Give it one first." if found < wanted else 'Say which: throughFields: ["…", "…"].',
            path=("through",),
        )


class ThroughFieldsInvalid(BadUserInput):
    def __init__(self, of: Object, target: Object) -> None:
        super().__init__(
            f'throughFields must be two fields with a foreign key: one that leads to "{of.name_singular}", and another '
            f'that leads to "{target.name_singular}".',
            path=("throughFields",),
        )


def create_many_to_many(draft: Draft, of: UUID, field: Field, target: UUID, new: NewRelation) -> Relation:
    """Put both ends and, where none is named, the object they go through."""
    here, there = draft.objects[of], draft.objects[target]
    if new.through is not None:
        keys = _keys_of(draft.snapshot, here, there, new.through, new.through_fields)
        bare = put_ends(draft, of, field, target, new)
    else:
        bare = put_ends(draft, of, field, target, new)  # first, so that their names are theirs
        keys = new_link(draft, here, there, new.on_delete or "CASCADE")
        # A model's fields stand in an order in which they can be made.
        for end, each in ((bare.many_object, bare.many_field), (bare.one_object, bare.one_field)):
            draft.put_last(end, each)
    through = (relation_of(keys[0]), relation_of(keys[1]))
    relation = replace(bare, on_delete=draft.relations[through[0]].on_delete, through=through)
    draft.put_relation(relation)
    return relation


def relation_of(key: Field) -> UUID:
    assert key.relation_id is not None  # noqa: S101  it leads somewhere
    return key.relation_id


# Through an object there is


def _keys_of(
    snapshot: Snapshot, of: Object, target: Object, through: str, names: Sequence[str] | None
) -> tuple[Field, Field]:
    """The field of the link object that leads to `of`, and the one that leads to `target`."""
    link = find_object(snapshot, through, "through")
    near, far = ([*_leading(snapshot, link, to)] for to in (of, target))
    if names is not None:
        chosen = [find_field(link, each, "throughFields") for each in names]
        if len(chosen) != 2 or chosen[0] not in near or chosen[1] not in far or chosen[0] is chosen[1]:
            raise ThroughFieldsInvalid(of, target)
        return chosen[0], chosen[1]
    wanted = 2 if of.id == target.id else 1
    for to, found in ((of, near), (target, far)):
        if len(found) != wanted:
            raise ThroughUnclear(link, to, len(found), wanted)
    return near[0], far[-1]


def _leading(snapshot: Snapshot, link: Object, to: Object) -> Iterator[Field]:
    """The fields of the link object with a foreign key to this one."""
    for field in link.kept_fields.values():
        if field.relation_id is not None and field.column is not None and snapshot.link(field).target.id == to.id:
            yield field


# Through an object of its own


def new_link(draft: Draft, of: Object, target: Object, on_delete: OnDelete) -> tuple[Field, Field]:
    """Its fields that lead to `of` and to `target`."""
    link = _born(draft, of, target)
    draft.put(link)
    draft.touched(link.id)
    names = ("source", "target") if of.id == target.id else (of.name_singular, target.name_singular)
    near, far = (_key(draft, link, name, to.id, on_delete) for name, to in zip(names, (of, target), strict=True))
    return near, far


def _key(draft: Draft, link: Object, name: str, to: UUID, on_delete: OnDelete) -> Field:
    field = Field(draft.new_id(), name, "RELATION", None, label_of(name) or name, is_nullable=False)
    relation = put_ends(draft, link.id, field, to, NewRelation(type="MANY_TO_ONE", target=str(to), on_delete=on_delete))
    draft.put_relation(relation)
    for each in (relation.many_field, relation.one_field):
        draft.touched(each)
    return draft.objects[link.id].fields[field.id]


def _born(draft: Draft, of: Object, target: Object) -> Object:
    """`companyTag` between companies and tags, or, where somebody has that name, `companyTag2`."""
    taken = ObjectNames(draft.objects.values())
    ending = "Link" if of.id == target.id else pascal(target.name_singular)
    singular = f"{of.name_singular}{ending}"
    label = label_of(singular)
    for number in count(1):
        suffix = str(number) if number > 1 else ""
        names = (f"{singular}{suffix}", f"{plural_name_of(singular)}{suffix}")
        made = new_object(draft, names, (label, plural_of(label)))
        if not any(map(taken.type_holder, type_names(made))) and not any(map(taken.root_holder, root_names(made))):
            return made
    raise AssertionError("numbers end")
