"""Formulas as fields of an object: what they may name, what they compute, what needs what.

A formula's settings hold `expression` as it was written, which follows the renaming of fields, and `result`, the scalar
that it gives, which is inferred.
"""

from collections.abc import Mapping

from sqlalchemy import column

from armature.metadata.formula.meaning import Budget, TooManyParts, compiled
from armature.metadata.formula.syntax import FormulaInvalid, field_names
from armature.metadata.formula.values import Value, from_column
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object
from armature.metadata.stored import stored


class OtherInvalid(FormulaInvalid):
    """The fault is in a formula that this one uses."""

    def __init__(self, other: Field) -> None:
        super().__init__(f'the formula "{other.name}" can\'t be read.', 0)


def is_formula(field: Field) -> bool:
    return field.kind == "FORMULA"


def expression_of(field: Field) -> str:
    found: str = field.settings["expression"]
    return found


def usable(of: Object) -> Mapping[str, Field]:
    """The fields that formulas of an object may name, those of several parts by part: `address.city`."""
    plain = (each for each in of.visible_fields.values() if each.relation_id is None)
    return {held.name: held for each in plain for held in stored(each)}


def value_of(of: Object, field: Field, budget: Budget | None = None) -> Value:
    """What a formula computes. No formula may need itself. Raises FormulaInvalid."""
    known, spent = usable(of), budget or Budget()
    return compiled(expression_of(field), lambda name: _used(of, known.get(name), spent), tuple(known), spent)


def _used(of: Object, field: Field | None, budget: Budget) -> Value | None:
    """What a formula has of a field; None where it can't use it."""
    if field is None or field.column is None:
        return None
    if is_formula(field):
        try:
            return value_of(of, field, budget)
        except TooManyParts:
            raise
        except FormulaInvalid as error:
            raise OtherInvalid(field) from error
    scalar, kind = KINDS[field.kind].scalar(field.settings), KINDS[field.kind].column_type(field.settings)
    return None if scalar is None else from_column(column(field.column, kind), scalar)


def formulas_named(of: Object, field: Field) -> list[Field]:
    """The other formulas that a formula names, and itself."""
    try:
        names = field_names(expression_of(field))
    except FormulaInvalid:
        return []
    return [each for name, each in usable(of).items() if name in names and is_formula(each)]


def circle(of: Object, start: Field) -> list[str] | None:
    """The names on the way from a formula back to itself, where there is one."""
    seen: set[str] = set()
    ways = [[start]]
    while ways:
        way = ways.pop()
        for each in formulas_named(of, way[-1]):
            if each.id == start.id:
                return [step.name for step in (*way, each)]
            if each.name not in seen:
                seen.add(each.name)
                ways.append([*way, each])
    return None
