"""Filters: what a client wrote becomes a Condition.

Logic is two-valued: a comparison with a record that has no value is false, and its opposite is true. So `not`, `neq`
and `notIn` are exact complements, and nothing is lost between them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from armature.core.errors import BadUserInput
from armature.metadata.operators import EQUALITY
from armature.schema_builder.compile.arguments import Lifted
from armature.schema_builder.compile.binds import Changed
from armature.schema_builder.compile.distances import near
from armature.schema_builder.compile.fit import sought
from armature.schema_builder.compile.plan.conditions import (
    EVERY_RECORD,
    All,
    Compare,
    Condition,
    Either,
    Not,
    Related,
    Sought,
    Terms,
    Via,
)
from armature.schema_builder.compile.sought import terms_of
from armature.schema_builder.view import Composite, Morph, ObjectView, Plain, ToMany, ToOne, View


class FilterIsNull(BadUserInput):
    def __init__(self, where: str) -> None:
        super().__init__(
            f'The filter "{where}" is null, which could mean anything.',
            hint="Leave it out, or ask for records without a value by {is: NULL}.",
            field=where,
        )


def condition_of(view: View, of: ObjectView, given: Mapping[str, Lifted]) -> Condition:
    """The condition a filter stands for. Raises FilterIsNull for a null anywhere in it."""
    return _all([_part(view, of, name, value) for name, value in given.items()])


def _part(view: View, of: ObjectView, name: str, value: Lifted) -> Condition:
    if value is None:
        raise FilterIsNull(name)
    if name in ("and", "or"):
        parts = tuple(condition_of(view, of, each) for each in value)
        return All(parts) if name == "and" else Either(parts)
    if name == "not":
        return Not(condition_of(view, of, value))
    if name in of.morphs:
        return _all([_united(view, of.morphs[name], what, each) for what, each in value.items()])
    if name in of.vectors:
        return _all([_whole(of, each, f"{name}.{operator}") for operator, each in value.items()])
    entry = of.entries[name]
    if isinstance(entry, Composite):
        return _careful(of, _all([_within(entry, part, each) for part, each in value.items()]))
    if isinstance(entry, Plain):
        return _careful(of, _all([comparison(entry, operator, each) for operator, each in value.items()]))
    target = view[entry.target]
    if isinstance(entry, ToOne):
        return Related(target, entry.near, entry.far, "some", condition_of(view, target, value))
    return _all([_quantified(view, target, entry, quantifier, each) for quantifier, each in value.items()])


REFUSING = frozenset({"like", "ilike", "regex", "iregex"})
"""The operators of which PostgreSQL refuses some values, once it has something to compare them with."""


def _careful(of: ObjectView, condition: Condition) -> Condition:
    """Where there is a row rule, PostgreSQL must not look at other records on its way."""
    rule = of.rule("AGGREGATE")
    match condition:
        case All(of=parts) if rule is not None:
            return All(tuple(_careful(of, each) for each in parts))
        case Compare() if rule is not None and condition.operator in REFUSING:
            return replace(condition, first=rule)
        case _:
            return condition


def _united(view: View, morph: Morph, what: str, given: Lifted) -> Condition:
    """Of the record that one of several relations leads to: whether there is one, of which object, what it meets."""
    if given is None:
        raise FilterIsNull(f"{morph.name}.{what}")
    named = {each.name: each for each in morph.united}
    if what in named:
        entry = named[what]
        return Related(view[entry.target], entry.near, entry.far, "some", condition_of(view, view[entry.target], given))
    wanted = [each for each in morph.united if what == "is" or each.target in given]
    some = Either(tuple(Related(view[each.target], each.near, each.far, "some", EVERY_RECORD) for each in wanted))
    return Not(some) if given == "NULL" else some


def _quantified(view: View, target: ObjectView, entry: ToMany, quantifier: str, given: Lifted) -> Condition:
    if given is None:
        raise FilterIsNull(quantifier)
    condition = condition_of(view, target, given)
    if quantifier == "every":
        quantifier, condition = "none", Not(condition)
    via = via_of(view, entry)
    return Related(target, entry.near, entry.far, "some" if quantifier == "some" else "none", condition, via)


def via_of(view: View, entry: ToMany) -> Via | None:
    through = entry.through
    return Via(view[through.object], through.near, through.far) if through else None


def _within(entry: Composite, name: str, value: Lifted) -> Condition:
    if value is None:
        raise FilterIsNull(f"{entry.name}.{name}")
    if name == "is":
        empty = All(tuple(Compare(part, "is", "NULL") for part in entry.parts.values()))
        return empty if value == "NULL" else Not(empty)
    return _all([comparison(entry.parts[name], operator, each) for operator, each in value.items()])


def _whole(of: ObjectView, text: Lifted, where: str) -> Sought:
    if text is None:
        raise FilterIsNull(where)
    return whole_record(of, terms_of(text))


def whole_record(of: ObjectView, terms: Terms) -> Sought:
    """A search of all that a record is searched by."""
    return Sought(of.sought, of.indexed, terms)


def comparison(entry: Plain, operator: str, value: Lifted) -> Condition:
    """A value against what was written beside an operator. Raises FilterIsNull."""
    if value is None:
        raise FilterIsNull(f"{entry.name}.{operator}")
    if operator == "distance":
        return _all(_near(entry, value))
    if operator == "path":
        return _all([_at_path(entry, each) for each in value])
    if entry.scalar == "JSON":
        return Compare(entry, operator, value)
    if operator in PREPARED:
        return Compare(entry, operator, Changed(value, PREPARED[operator]))
    if operator == "search":
        return Sought((entry,), (), terms_of(value))
    return compare(entry, operator, value)


def _near(entry: Plain, given: Lifted) -> list[Condition]:
    for name, value in given.items():
        if value is None:
            raise FilterIsNull(f"{entry.name}.distance.{name}")
    return [*near(entry, given)]


def compare(entry: Plain, operator: str, value: Lifted) -> Compare:
    """With the value spelt as it is kept."""
    alike = sought(entry) if operator in EQUALITY and operator != "is" else None
    return Compare(entry, operator, value if alike is None else Changed(value, alike))


def _at_path(entry: Plain, given: Mapping[str, Lifted]) -> Condition:
    found: list[Condition] = []
    for operator, value in given.items():
        if value is None:
            raise FilterIsNull(f"{entry.name}.path.{operator}")
        if operator != "path":
            is_pattern = operator in PREPARED and operator != "contains"
            sent = Changed(value, PREPARED[operator]) if is_pattern else value
            found.append(Compare(entry, operator, sent, given["path"]))
    return _all(found)


def _all(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


PREPARED: Mapping[str, Callable[[str], str]] = {
    "startsWith": lambda text: f"{_escaped(text)}%",
    "istartsWith": lambda text: f"{_escaped(text)}%",
    "endsWith": lambda text: f"%{_escaped(text)}",
    "iendsWith": lambda text: f"%{_escaped(text)}",
    "contains": lambda text: f"%{_escaped(text)}%",
    "icontains": lambda text: f"%{_escaped(text)}%",
}
"""How a text becomes the pattern that LIKE takes."""
