"""The changes that make a model what a blueprint says. Pure.

What the blueprint does not name is deleted first; then what is there is renamed and changed, then what is not there is
made, in an order that gives objects and fields the places they have in the blueprint. Something of another type, or a
relation that leads elsewhere, is another thing: the old one is deleted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from armature.core.errors import ArmatureError, BadUserInput, ManyErrors
from armature.metadata.blueprint.blueprint import (
    Blueprint,
    ObjectPlan,
    Path,
    RelationPlan,
)
from armature.metadata.blueprint.create import create_missing
from armature.metadata.blueprint.indexes import delete_indexes, settle_indexes
from armature.metadata.blueprint.roles import set_roles
from armature.metadata.blueprint.update import update_all
from armature.metadata.blueprint.way import End, Way, other_end, plan_at
from armature.metadata.changes import (
    Change,
    DeleteField,
    DeleteObject,
)
from armature.metadata.model import Field, Snapshot


class EndsDisagree(BadUserInput):
    def __init__(self, here: End, there: End) -> None:
        super().__init__(
            f'"{here[1]}" of "{here[0]}" leads to "{there[1]}" of "{there[0]}", which does not lead back.',
            hint=f'Say "type", "target" and "inverseName: {here[1]}" there, or leave that field out.',
            field=here[1],
        )


class RelationUnclear(BadUserInput):
    def __init__(self, here: End) -> None:
        super().__init__(
            f'It is not clear where "{here[1]}" of "{here[0]}" leads.',
            hint='It has a "type" and a "target", or else it is "inverseOf: object.field", which is in this file too.',
            field=here[1],
        )


class ThroughUnknown(BadUserInput):
    def __init__(self, here: End) -> None:
        super().__init__(
            f'The many-to-many relation "{here[1]}" of "{here[0]}" must go through an object of this file.',
            hint='Name it by "through".',
            field=here[1],
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """The changes, where in the blueprint each comes from, and the snapshot that they make."""

    changes: Sequence[Change]
    paths: Sequence[Path]
    after: Snapshot


def steps_towards(snapshot: Snapshot, blueprint: Blueprint, *, now: datetime, new_id: Callable[[], UUID]) -> Steps:
    """None where the model is so already. Raises what `edit` raises, each error with its path in the blueprint."""
    _check_ends(blueprint)
    way = Way(snapshot, _with_inverse_names(_with_kept(snapshot, blueprint)), now, new_id)
    _go_on(way)
    while way.errors and way.made_progress():
        _go_on(way)
    way.raise_errors()
    return Steps(way.changes, way.paths, way.after)


def _with_kept(snapshot: Snapshot, blueprint: Blueprint) -> Blueprint:
    """System objects are there whether they are named or not."""
    kept = [name for name, each in snapshot.kept_objects.items() if each.is_system and name not in blueprint.objects]
    return Blueprint(objects={**blueprint.objects, **{each: ObjectPlan() for each in kept}}, roles=blueprint.roles)


def _go_on(way: Way) -> None:
    """One round. A formula may keep a step from being made before another, which the next round finds done."""
    way.errors.clear()
    delete_indexes(way)
    _delete(way)
    update_all(way)
    create_missing(way)
    update_all(way)  # what creating can't say
    set_roles(way)
    settle_indexes(way)


def _check_ends(blueprint: Blueprint) -> None:
    errors: list[ArmatureError] = []
    for of, plan in blueprint.objects.items():
        for name, each in plan.fields.items():
            error = None if each.relation is None else _wrong_end(blueprint, (of, name), each.relation)
            if error is not None:
                error.path = ("objects", of, "fields", name, "relation")
                errors.append(error)
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)


def _wrong_end(blueprint: Blueprint, here: End, relation: RelationPlan) -> ArmatureError | None:
    there = other_end(relation)
    other = plan_at(blueprint, there)
    is_own = relation.type is not None and relation.target is not None
    is_inverse = relation == RelationPlan(inverse_of=relation.inverse_of) and other is not None
    if is_own == is_inverse or (is_own and relation.inverse_of is not None):
        return RelationUnclear(here)
    if relation.type == "MANY_TO_MANY" and relation.through not in blueprint.objects:
        return ThroughUnknown(here)
    if there is None or other is None or _leads_back(other.relation, relation, here):
        return None
    return EndsDisagree(here, there)


def _with_inverse_names(blueprint: Blueprint) -> Blueprint:
    """A field that says whose inverse it is names the inverse there."""
    objects = dict(blueprint.objects)
    for plan in blueprint.objects.values():
        for name, each in plan.fields.items():
            there = other_end(each.relation) if each.relation and each.relation.inverse_of else None
            other = plan_at(blueprint, there)
            if there and other and other.relation and other.relation.inverse_name is None:
                named = replace(other, relation=replace(other.relation, inverse_name=name))
                objects[there[0]] = replace(objects[there[0]], fields={**objects[there[0]].fields, there[1]: named})
    return replace(blueprint, objects=objects)


def _leads_back(other: RelationPlan | None, relation: RelationPlan, here: End) -> bool:
    if other is None:
        return False
    of, name = other.leads_to
    return other.has_key != relation.has_key and of == here[0] and name in (None, here[1])


def _delete(way: Way) -> None:
    stays = {each.id for each in way.known.values()}
    for of in way.before.kept_objects.values():
        if of.id not in stays and way.after.objects[of.id].deleted_at is None:
            way.go(DeleteObject(object=of.name_singular))
    kept = {each.id for name in way.known for each in way.fields(name).values()}
    gone = [
        (name, of, each)
        for name, of in way.known.items()
        for each in of.kept_fields.values()
        if not (each.is_system or _ends(way.before, each) & kept)
    ]
    for name, of, each in sorted(gone, key=lambda found: found[2].column is None):  # a relation goes with its key
        owner = way.after.objects[of.id]
        if owner.fields[each.id].deleted_at is None:
            way.go(DeleteField(object=owner.name_singular, field=owner.fields[each.id].name), "objects", name)


def _ends(snapshot: Snapshot, of: Field) -> set[UUID]:
    """The field, and the other end of its relation: one that is kept keeps the other."""
    return {of.id} if of.relation_id is None else {of.id, snapshot.link(of).inverse.id}
