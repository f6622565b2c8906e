"""After a step, the formulas of the objects it changed: they follow renames, and must still make sense."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from armature.core.errors import ArmatureError, BadUserInput, Conflict
from armature.metadata.checks.problem import Problem
from armature.metadata.edits.conversion import BrokenByConversion
from armature.metadata.edits.draft import Draft
from armature.metadata.formula.fields import OtherInvalid, circle, is_formula, usable, value_of
from armature.metadata.formula.syntax import FormulaInvalid, field_names, renamed
from armature.metadata.formula.values import result
from armature.metadata.model import Field, Object, renewed


class FormulaMissing(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" needs a formula.',
            hint='Give one in its settings, such as {expression: "price * quantity"}.',
            field=field.name,
            path=("settings", "expression"),
        )


class FormulaInCircle(BadUserInput):
    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"The formula needs itself: {' → '.join(names)}.", field=names[0], path=("settings", "expression")
        )


class NeededByFormula(Conflict):
    def __init__(self, of: Object, formula: Field, missing: str) -> None:
        super().__init__(
            f'The formula "{formula.name}" of "{of.name_singular}" needs "{missing}".',
            hint=f'Change or delete "{formula.name}" first.',
            field=missing,
            path=("field",),
        )


def settle_formulas(draft: Draft) -> Iterator[Problem]:
    """Lets formulas follow renames and infers what they give; what is wrong with one is a problem of it."""
    for of in list(renewed(draft.before.objects, draft.objects)):
        id_, before = of.id, draft.before.objects.get(of.id)
        if of.deleted_at is not None:
            continue
        formulas = [each for each in of.fields.values() if is_formula(each) and each.deleted_at is None]
        for field in formulas:
            draft.put_field(id_, _following(field, of, before))
        for field in formulas:
            yield from _settled(draft, draft.objects[id_], field.id)


def _following(field: Field, of: Object, before: Object | None) -> Field:
    """The formula with the names that fields have now, unless the step itself writes it."""
    was = before.fields.get(field.id) if before else None
    if before is None or was is None or was.settings.get("expression") != field.settings.get("expression"):
        return field
    expression = field.settings["expression"]
    for each in before.visible_fields.values():
        expression = renamed(expression, each.name, of.fields[each.id].name)
    return _with(field, expression=expression)


def _settled(draft: Draft, of: Object, id_: UUID) -> Iterator[Problem]:
    field = of.fields[id_]
    if "expression" not in field.settings:
        yield Problem(field.id, FormulaMissing(field))
    elif names := circle(of, field):
        yield Problem(field.id, FormulaInCircle(names))
    else:
        try:
            draft.put_field(of.id, _with(field, result=result(value_of(of, field))[0]))
        except OtherInvalid:
            pass  # told of the other
        except FormulaInvalid as error:
            yield Problem(field.id, _told(draft, of, field, error))


def _told(draft: Draft, of: Object, field: Field, error: FormulaInvalid) -> ArmatureError:
    """Where the step is about another field, that field is at fault, not the formula."""
    error.field = field.name
    known = draft.before.objects.get(of.id)
    was = None if known is None else known.fields.get(field.id)
    if field.id in draft.places or known is None or was is None or was.settings != field.settings:
        return error
    used = field_names(field.settings["expression"])
    converted = next((each for each in of.visible_fields.values() if _is_converted(draft, each, used)), None)
    if converted is not None:
        return BrokenByConversion(of, field, converted, error.problem)
    lost = used - {name.partition(".")[0] for name in usable(of)}
    return NeededByFormula(of, field, min(lost)) if lost else error


def _is_converted(draft: Draft, field: Field, used: Collection[str]) -> bool:
    """Whether it is one that the step converts, and the formula uses it or a part of it."""
    return field.id in draft.conversions and any(each.partition(".")[0] == field.name for each in used)


def _with(field: Field, **settings: Any) -> Field:
    found = {**field.settings, **settings}
    return field if found == field.settings else replace(field, settings=found)
