"""What there is not of a blueprint is made, so that everything gets the place it has there.

A relation is made when it is the next field at both its ends.
"""

from collections.abc import Iterator, Mapping

from armature.core.errors import BadUserInput
from armature.metadata.blueprint.blueprint import (
    FieldPlan,
    ObjectPlan,
    RelationPlan,
    full_label,
    object_labels,
    plural_name,
)
from armature.metadata.blueprint.update import is_unique, new_option
from armature.metadata.blueprint.way import End, Way, many_to_many, other_end, plan_at
from armature.metadata.changes import (
    CreateField,
    CreateObject,
    NewField,
    NewRelation,
)
from armature.metadata.edits.birth import is_born_with
from armature.metadata.filters.read import FilterUnfit
from armature.metadata.formula.syntax import FormulaInvalid, field_names
from armature.metadata.model import Field
from armature.metadata.rollups import RollupInvalid, read_rollup


class TypeMissing(BadUserInput):
    def __init__(self, of: str, name: str) -> None:
        super().__init__(f'"{name}" of "{of}" needs a type.', hint="Such as TEXT.", field=name)


def create_missing(way: Way) -> None:
    """Each object with as many of its fields as can be made by then; the others when their targets are there."""
    waiting = {of: _unmade(way, of) for of in way.blueprint.objects}
    for of in way.blueprint.objects:
        if way.object(of) is None:
            ready = _together(way, of, list(_ready(way, of, waiting)))
            new = tuple(_new_field(way, of, name, waiting) for name in ready)
            way.go(_new_object(of, way.blueprint.objects[of], new), "objects", of)
    while any(waiting.values()):
        made = [_create_fields(way, of, waiting) for of in waiting]
        if not any(made):  # the blueprint has an order that no model came by
            left = [(of, name) for of, names in waiting.items() for name in names]
            of, name = min(left, key=lambda end: _goes_through(way, *end) is not None)
            _create_field(way, of, name, waiting)


def _unmade(way: Way, of: str) -> list[str]:
    there = way.fields(of)
    plans = way.blueprint.objects[of].fields
    return [name for name in plans if name not in there and not (way.object(of) is None and is_born_with(name))]


def _together(way: Way, of: str, ready: list[str]) -> list[str]:
    """Of the fields that an object can begin with, those that need no other; see metadata/formula."""
    plans = way.blueprint.objects[of].fields
    later = plans.keys() - set(ready)
    return [name for name in ready if later.isdisjoint(_needs(plans[name]))]


def _needs(plan: FieldPlan) -> set[str]:
    try:
        return field_names(plan.settings["expression"]) if plan.type == "FORMULA" else set()
    except (KeyError, TypeError, FormulaInvalid):
        return set()  # its step will say what is wrong


def _create_fields(way: Way, of: str, waiting: Mapping[str, list[str]]) -> bool:
    made = False
    while (name := next(_ready(way, of, waiting), None)) is not None:
        _create_field(way, of, name, waiting)
        made = True
    return made


def _create_field(way: Way, of: str, name: str, waiting: Mapping[str, list[str]]) -> None:
    owner = way.object(of)
    if name in waiting[of]:
        new = _new_field(way, of, name, waiting)
        way.go(CreateField(object=owner.name_singular if owner else of, field=new), "objects", of, "fields", name)


def _ready(way: Way, of: str, waiting: Mapping[str, list[str]]) -> Iterator[str]:
    """The first fields that wait, up to one that has to wait for another object, or for another field there."""
    passed: set[End] = set()
    for name in list(waiting[of]):
        if (of, name) in passed:
            continue
        relation = way.blueprint.objects[of].fields[name].relation
        if _lacks_values(way, of, name):
            return
        if relation is not None:
            target, _ = relation.leads_to
            there = other_end(relation)
            through = _goes_through(way, of, name)
            if through is not None and _is_unjoined(way, through, waiting):
                return
            if target != of and (way.object(target) is None or (there and not relation.has_key)):
                return
            if there and there[1] in waiting.get(target, ()):
                before = [
                    each for each in waiting[target] if (target, each) not in passed and (target, each) != (of, name)
                ]
                if before and before[0] != there[1]:
                    return
                passed.add(there)
        passed.add((of, name))
        yield name


def _lacks_values(way: Way, of: str, name: str) -> bool:
    """Whether a rollup has to wait for what it is computed of."""
    plan, owner = way.plan(of, name), way.object(of)
    if plan.type != "ROLLUP" or owner is None:
        return plan.type == "ROLLUP"
    try:
        read_rollup(way.after, owner, Field(owner.id, name, "ROLLUP", None, name, settings=plan.settings))
    except (RollupInvalid, FilterUnfit):
        return True
    return False


def _goes_through(way: Way, of: str, name: str) -> str | None:
    """The object that a many-to-many relation goes through; None for other fields."""
    relation = way.plan(of, name).relation
    found = many_to_many(way.blueprint, relation) if relation else None
    return found.through if found else None


def _is_unjoined(way: Way, through: str, waiting: Mapping[str, list[str]]) -> bool:
    """Whether the object between still waits for a relation of its own."""
    left = (way.plan(through, name).relation for name in waiting.get(through, ()))
    return way.object(through) is None or any(each is not None and each.has_key for each in left)


def _new_object(name: str, plan: ObjectPlan, fields: tuple[NewField, ...]) -> CreateObject:
    one, many = object_labels(name, plan)
    return CreateObject(
        name_singular=name,
        name_plural=plural_name(name, plan),
        label_singular=one,
        label_plural=many,
        description=plan.description,
        fields=fields,
    )


def _new_field(way: Way, of: str, name: str, waiting: Mapping[str, list[str]]) -> NewField:
    """Takes the field from those that wait, and with a relation its other end."""
    plan = way.blueprint.objects[of].fields[name]
    waiting[of].remove(name)
    if plan.type is None:
        error = TypeMissing(of, name)
        error.path = ("objects", of, "fields", name)
        way.errors.append(error)
    return NewField(
        name=name,
        type=plan.type or "TEXT",
        label=full_label(name, plan.label),
        description=plan.description,
        is_nullable=plan.is_nullable,
        is_unique=is_unique(plan),
        default_value=plan.default_value,
        settings=plan.settings or None,
        options=tuple(new_option(each, {}) for each in plan.options) or None,
        relation=None if plan.relation is None else _new_relation(way, plan.relation, waiting),
    )


def _new_relation(way: Way, plan: RelationPlan, waiting: Mapping[str, list[str]]) -> NewRelation:
    """From an end without the key, what else is said at the other end is an update later."""
    target, inverse_name = plan.leads_to
    there = other_end(plan)
    other = plan_at(way.blueprint, there)
    if there is not None and other is not None and there[1] in waiting[target]:
        waiting[target].remove(there[1])
    found = way.object(target)
    through = many_to_many(way.blueprint, plan)
    link = way.object(through.through or "") if through else None
    return NewRelation(
        type="MANY_TO_MANY" if through else plan.type or "ONE_TO_MANY",
        target=found.name_singular if found else target,
        inverse_name=inverse_name,
        inverse_label=full_label(there[1], other.label) if there and other else None,
        on_delete=None if through else plan.on_delete,
        through=link.name_singular if link else None,
        morph=plan.morph,
        through_fields=(through.through_fields or None) if through else None,
    )
