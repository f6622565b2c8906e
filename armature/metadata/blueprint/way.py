"""From a snapshot towards a blueprint: the changes so far, what they make, and what there stands for what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from msgspec.structs import replace

from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.blueprint.blueprint import (
    Blueprint,
    FieldPlan,
    ObjectPlan,
    Path,
    RelationPlan,
)
from armature.metadata.changes import (
    Change,
    CreateObject,
)
from armature.metadata.conversions.matrix import is_convertible
from armature.metadata.edit import apply_changes
from armature.metadata.model import Field, Link, Object, Snapshot
from armature.metadata.resolve import FieldNotFound, ObjectNotFound

T = TypeVar("T", Object, Field)

End = tuple[str, str]
"""A field by the names of its object and its own."""


@dataclass
class Way:
    """From the snapshot towards the blueprint: the changes so far, and what they make."""

    before: Snapshot
    blueprint: Blueprint
    now: datetime
    new_id: Callable[[], UUID]
    changes: list[Change] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    errors: list[ArmatureError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.after = self.before
        self._told = 0
        self.known = matched(self.before.kept_objects, self.blueprint.objects)

    def go(self, change: Change, *path: str) -> None:
        """One step. Where it is refused, the others are tried without it, for their errors."""
        try:
            self.after = apply_changes(self.after, [change], now=self.now, new_id=self.new_id, paths=[path])
        except ArmatureError as error:
            found = error.errors if isinstance(error, ManyErrors) else (error,)
            self.errors += [translated(each, change) for each in found]
        else:
            self.changes.append(change)
            self.paths.append(path)

    def made_progress(self) -> bool:
        """Since it was asked last."""
        made, self._told = len(self.changes) > self._told, len(self.changes)
        return made

    def raise_errors(self) -> None:
        """Each once; those that only follow from others are left out."""
        first = [each for each in self.errors if not isinstance(each, ObjectNotFound | FieldNotFound)] or self.errors
        unlike = list({(each.message, *(each.path or ())): each for each in first}.values())
        if unlike:
            raise unlike[0] if len(unlike) == 1 else ManyErrors(unlike)

    def object(self, name: str) -> Object | None:
        """What stands for an object of the blueprint by now."""
        found = self.known.get(name)
        return self.after.objects[found.id] if found else self.after.kept_objects.get(name)

    def fields(self, name: str) -> Mapping[str, Field]:
        """What stands for the fields of an object of the blueprint, by their names there; system fields always do."""
        of = self.object(name)
        if of is None:
            return {}
        there = matched(of.kept_fields, self.blueprint.objects[name].fields)
        there |= {each.name: each for each in of.kept_fields.values() if each.is_system}
        return {each: found for each, found in there.items() if self._is_the_same(found, self.plan(name, each))}

    def plan(self, of: str, name: str) -> FieldPlan:
        """A system field needs none."""
        return self.blueprint.objects[of].fields.get(name, FieldPlan())

    def _is_the_same(self, found: Field, plan: FieldPlan) -> bool:
        if found.is_system or plan.type != found.kind or plan.relation is None or found.relation_id is None:
            return found.is_system or plan.type == found.kind or is_convertible(found.kind, plan.type or "")
        link = self.after.link(found)
        of, name = plan.relation.leads_to
        target = self.object(of)
        if not self._has_same_key(found, link, plan.relation) or target is None or target.id != link.target.id:
            return False
        if name in (None, link.inverse.name):
            return True
        there = plan_at(self.blueprint, other_end(plan.relation))
        return there is not None and there.was == link.inverse.name and name not in link.target.kept_fields

    def _has_same_key(self, found: Field, link: Link, plan: RelationPlan) -> bool:
        """Whether it has the foreign key, or goes through what it should."""
        wanted, there = many_to_many(self.blueprint, plan), link.between
        if wanted is None or there is None:
            return wanted is None and there is None and plan.has_key == (found.column is not None)
        through = self.object(wanted.through or "")
        if through is None or through.id != there.object.id:
            return False
        fields = matched(through.kept_fields, self.blueprint.objects[wanted.through or ""].fields)
        keys = [fields[each].id for each in wanted.through_fields if each in fields]
        return not wanted.through_fields or keys == [there.near.id, there.far.id]


def matched(kept: Mapping[str, T], plans: Mapping[str, ObjectPlan] | Mapping[str, FieldPlan]) -> dict[str, T]:
    """What is there for each plan: by the name it has, or by the one it had, unless that was changed already."""
    found: dict[str, T] = {}
    moving: set[UUID] = set()
    renames = {name: kept[plan.was] for name, plan in plans.items() if plan.was is not None and plan.was in kept}
    while new := [name for name in renames if name not in kept or kept[name].id in moving]:
        for name in new:
            found[name] = renames.pop(name)
            moving.add(found[name].id)
    found |= {name: kept[name] for name in plans if name in kept and name not in found and kept[name].id not in moving}
    return {name: found[name] for name in plans if name in found}


def translated(error: ArmatureError, change: Change) -> ArmatureError:
    """A new object's fields are addressed by their names."""
    if isinstance(change, CreateObject) and error.path and "fields" in error.path:
        path = list(error.path)
        at = path.index("fields") + 1
        path[at] = change.fields[int(path[at])].name or ""
        error.path = tuple(path)
    return error


def other_end(relation: RelationPlan | None) -> End | None:
    """The field at the other end, where it is named."""
    of, name = relation.leads_to if relation else ("", None)
    return (of, name) if name else None


def many_to_many(blueprint: Blueprint, relation: RelationPlan) -> RelationPlan | None:
    """What is said of a many-to-many relation, as seen from this end of it; None of others."""
    if relation.type == "MANY_TO_MANY":
        return relation
    there = plan_at(blueprint, other_end(relation)) if relation.inverse_of else None
    said = there.relation if there else None
    if said is None or said.type != "MANY_TO_MANY":
        return None
    return replace(said, through_fields=said.through_fields[::-1])


def plan_at(blueprint: Blueprint, end: End | None) -> FieldPlan | None:
    return blueprint.objects[end[0]].fields.get(end[1]) if end and end[0] in blueprint.objects else None
