"""What there is of a blueprint becomes what the blueprint says: names, labels, flags, values."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from armature.core.errors import ArmatureError
from armature.metadata.blueprint.blueprint import (
    FieldPlan,
    ObjectPlan,
    OptionPlan,
    full_label,
    object_labels,
    plural_name,
)
from armature.metadata.blueprint.way import Way
from armature.metadata.changes import (
    NewOption,
    UpdateField,
    UpdateObject,
)
from armature.metadata.duplicates import written_criteria
from armature.metadata.edits.birth import system_label
from armature.metadata.edits.values import option_label
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object


def update_all(way: Way) -> None:
    """What there is becomes what it should be; names that others give up are taken after that."""
    objects = {name: of for name in way.blueprint.objects if (of := way.object(name))}
    for name in _in_turn({name: of.name_singular for name, of in objects.items()}):
        _update_object(way, name)
    for name in objects:
        fields = way.fields(name)
        for each in _in_turn({key: found.name for key, found in fields.items()}):
            _update_field(way, name, each, fields[each].id)


def _in_turn(now: Mapping[str, str]) -> Iterator[str]:
    """The new names, each after the one whose old name it takes; `now` are the old names by the new."""
    left = dict(now)
    while left:
        held = set(left.values())
        ready = [new for new, old in left.items() if new == old or new not in held] or list(left)
        yield from ready
        for each in ready:
            del left[each]


def _update_object(way: Way, name: str) -> None:
    of, plan = way.object(name), way.blueprint.objects[name]
    assert of is not None  # noqa: S101  only what is there is updated
    one, many = object_labels(name, plan)
    wanted = {
        "name_singular": name,
        "name_plural": plural_name(name, plan),
        "label_singular": one,
        "label_plural": many,
        "description": plan.description,
        "is_active": plan.is_active,
        "is_searchable": plan.is_searchable,
        "is_audited": plan.is_audited,
    }
    changed = {key: value for key, value in wanted.items() if getattr(of, key) != value}
    changed |= _criteria_changed(way, name, of, plan)
    if changed:
        way.go(UpdateObject(object=of.name_singular, **changed), "objects", name)  # type: ignore[arg-type]


def _criteria_changed(way: Way, name: str, of: Object, plan: ObjectPlan) -> dict[str, Any]:
    """By the names that their fields have by now; nothing while some are still to be made."""
    there = way.fields(name)
    named = [[each.partition(".") for each in criterion] for criterion in plan.duplicate_criteria]
    if any(field in plan.fields and field not in there for criterion in named for field, _, _ in criterion):
        return {}
    wanted = tuple(
        tuple(f"{there[field].name if field in there else field}{dot}{part}" for field, dot, part in criterion)
        for criterion in named
    )
    return {} if [*map(list, wanted)] == written_criteria(of) else {"duplicate_criteria": wanted}


def _update_field(way: Way, of: str, name: str, id: UUID) -> None:
    owner, plan = way.object(of), way.plan(of, name)
    assert owner is not None  # noqa: S101  as above
    found = owner.fields[id]
    changed = _system_changes(found, plan) if found.is_system else _field_changes(way, found, name, plan)
    if changed:
        way.go(UpdateField(object=owner.name_singular, field=found.name, **changed), "objects", of, "fields", name)


def _system_changes(found: Field, plan: FieldPlan) -> dict[str, Any]:
    label = system_label(found.name) if plan.label is None else plan.label
    wanted = {"label": label, "description": plan.description}
    return {key: value for key, value in wanted.items() if getattr(found, key) != value}


def _field_changes(way: Way, found: Field, name: str, plan: FieldPlan) -> dict[str, Any]:
    wanted = {
        "name": name,
        "label": full_label(name, plan.label),
        "description": plan.description,
        "is_active": plan.is_active,
        "is_nullable": plan.is_nullable,
        "is_unique": is_unique(plan),
    }
    changed = {key: value for key, value in wanted.items() if getattr(found, key) != value}
    if found.column is None or KINDS[found.kind].generated is not None:
        changed.pop("is_nullable", None)
    return {**changed, **_value_changes(found, plan), **_relation_changes(way, found, plan)}


def is_unique(plan: FieldPlan) -> bool:
    return plan.is_unique or (plan.relation is not None and plan.relation.type == "ONE_TO_ONE")


def _value_changes(found: Field, plan: FieldPlan) -> dict[str, Any]:
    """Type, settings, options, default. What does not fit is asked for as it is written: `edit` says what is wrong."""
    changed: dict[str, Any] = {} if plan.type == found.kind else {"type": plan.type}
    found = _retyped(found, plan)
    kind = KINDS[found.kind]
    settings: Mapping[str, Any] = plan.settings
    with suppress(ArmatureError):
        settings = kind.check_settings(plan.settings)
    given = {key: value for key, value in found.settings.items() if key not in kind.inferred_settings}
    if dict(settings) != given:
        changed["settings"] = {**dict.fromkeys(given), **settings}
    if [_as_plan(each) for each in found.options] != [_full(each) for each in plan.options]:
        ids = {each.value: str(each.id) for each in found.options}
        changed["options"] = tuple(new_option(each, ids) for each in plan.options)
    default = plan.default_value
    with suppress(ArmatureError):
        default = kind.check_default(default, settings)
    if msgspec.json.encode(default, order="sorted") != msgspec.json.encode(found.default, order="sorted"):
        changed["default_value"] = default
    if plan.on_failure is not None and changed.keys() & {"type", "settings"}:
        changed["on_failure"] = plan.on_failure
    return changed


def _retyped(found: Field, plan: FieldPlan) -> Field:
    """The field as a change of its type alone leaves it."""
    if plan.type is None or plan.type == found.kind:
        return found
    kind = KINDS[plan.type]
    options = found.options if kind.has_options else ()
    return replace(found, kind=kind.name, settings=kind.check_settings(None), options=options)


def _relation_changes(way: Way, found: Field, plan: FieldPlan) -> dict[str, Any]:
    if found.relation_id is None or found.column is None or plan.relation is None:
        return {}
    on_delete = way.after.relations[found.relation_id].on_delete
    return {} if plan.relation.on_delete == on_delete else {"on_delete": plan.relation.on_delete}


def _as_plan(option: Any) -> tuple[str, str, str | None]:
    return option.value, option.label, option.color


def _full(plan: OptionPlan) -> tuple[str, str, str | None]:
    return plan.value, plan.label or option_label(plan.value), plan.color


def new_option(plan: OptionPlan, ids: Mapping[str, str]) -> NewOption:
    """With the id of the one that is there, whose value may be another."""
    value, label, color = _full(plan)
    held = ids.get(value) or ids.get(plan.was or "")
    return NewOption(value=value, label=label, color=color, id=held)
