"""The steps on objects: create, update, delete, restore."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from msgspec import UNSET

from armature.core.errors import BadUserInput
from armature.metadata.changes import CreateObject, DeleteObject, RestoreObject, UpdateObject
from armature.metadata.duplicates import KEY, MOST_CRITERIA, TooManyCriteria, read_criterion
from armature.metadata.edits.birth import new_object
from armature.metadata.edits.draft import Draft
from armature.metadata.edits.fields import NameMissing, put_new_field
from armature.metadata.edits.relations import delete_relation, restore_relation
from armature.metadata.edits.rollups import rollups_over
from armature.metadata.english import label_of, name_of, plural_name_of, plural_of
from armature.metadata.model import Criterion
from armature.metadata.resolve import find_deleted_object, find_object

UPDATABLE = (
    "name_singular",
    "name_plural",
    "label_singular",
    "label_plural",
    "description",
    "is_active",
    "is_searchable",
    "is_audited",
)


class SystemObject(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f'"{name}" is a system object: only its labels and description can change.', path=("object",))


def create_object(draft: Draft, change: CreateObject) -> None:
    singular, plural = _names(change)
    of = new_object(draft, (singular, plural), _labels(change, singular, plural), change.description)
    draft.spelt(of.id)
    draft.put(replace(of, is_searchable=change.is_searchable, is_audited=change.is_audited))
    for position, new in enumerate(change.fields):
        with draft.at("fields", position):
            put_new_field(draft, of.id, new)
    set_criteria(draft, of.id, change.duplicate_criteria)


def _names(change: CreateObject) -> tuple[str, str]:
    singular = change.name_singular if change.name_singular is not None else name_of(change.label_singular or "")
    if not singular and change.name_singular is None:
        raise NameMissing("nameSingular", "labelSingular")
    if change.name_plural is not None:
        return singular, change.name_plural
    plural = name_of(change.label_plural or "")
    return singular, plural if plural and plural != singular else plural_name_of(singular)


def _labels(change: CreateObject, singular: str, plural: str) -> tuple[str, str]:
    """Singular and plural; where only one is given, the other follows it rather than its name."""
    one, many = change.label_singular, change.label_plural
    if many is None:
        many = (label_of(plural) or plural) if one is None else plural_of(one)
    return (label_of(singular) or singular) if one is None else one, many


def update_object(draft: Draft, change: UpdateObject) -> None:
    of = find_object(draft.snapshot, change.object)
    draft.spelt(of.id)
    wanted = {key: value for key in UPDATABLE if (value := getattr(change, key)) is not UNSET}
    after = replace(of, **wanted)
    if of.is_system and (after.name_singular, after.name_plural, after.is_active) != (
        of.name_singular,
        of.name_plural,
        of.is_active,
    ):
        raise SystemObject(of.name_singular)
    draft.put(after)
    if change.duplicate_criteria is not UNSET:
        set_criteria(draft, of.id, change.duplicate_criteria)


def set_criteria(draft: Draft, of: UUID, written: Sequence[Sequence[str]]) -> None:
    """Each by the names of its fields; those that are wrong are left out."""
    found: list[Criterion] = []
    with draft.at(KEY):
        if len(written) > MOST_CRITERIA:
            raise TooManyCriteria("criteria for duplicates", MOST_CRITERIA, len(written))
        for position, names in enumerate(written):
            with draft.at(position):
                found.append(read_criterion(draft.objects[of], names))
        draft.put(replace(draft.objects[of], duplicate_criteria=tuple(dict.fromkeys(found))))


def delete_object(draft: Draft, change: DeleteObject) -> None:
    """Set the object aside, and with it both ends of its relations, and what others roll up of its records."""
    of = find_object(draft.snapshot, change.object)
    if of.is_system:
        raise SystemObject(of.name_singular)
    for owner, rollup in rollups_over(draft.snapshot, of):
        if rollup.deleted_at is None:
            draft.put_field(owner.id, replace(rollup, deleted_at=draft.now))
    for field in of.kept_fields.values():
        if field.relation_id is not None:
            delete_relation(draft, draft.relations[field.relation_id])
    draft.put(replace(draft.objects[of.id], deleted_at=draft.now))


def restore_object(draft: Draft, change: RestoreObject) -> None:
    """Bring the object back with the relations and rollups that were deleted with it."""
    of = find_deleted_object(draft.snapshot, change.object)
    for owner, rollup in rollups_over(draft.snapshot, of):
        if rollup.deleted_at == of.deleted_at:
            draft.touched(rollup.id, "object")
            draft.put_field(owner.id, replace(rollup, deleted_at=None))
    draft.touched(of.id, "object")
    draft.put(replace(of, deleted_at=None))
    for field in of.fields.values():
        if field.relation_id is not None and field.deleted_at == of.deleted_at:
            restore_relation(draft, draft.relations[field.relation_id], "object")
