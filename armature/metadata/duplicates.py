"""By what records of an object count as duplicates of each other: criteria, each of values that must all be alike."""

from collections.abc import Iterator, Sequence

from armature.core.errors import ArmatureError, BadUserInput
from armature.metadata.kinds import KINDS
from armature.metadata.model import Alike, Criterion, Field, Object
from armature.metadata.resolve import find_field
from armature.metadata.stored import stored

MOST_CRITERIA = 10
MOST_VALUES = 3
KEY = "duplicateCriteria"


class CriterionUnfit(BadUserInput):
    def __init__(self, name: str, problem: str, hint: str | None = None) -> None:
        super().__init__(f'"{name}" can\'t tell duplicates: {problem}', hint=hint, field=name)


class TooManyCriteria(ArmatureError):
    """Each is looked at in each record; no setting raises this."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, what: str, most: int, actual: int) -> None:
        super().__init__(f"There are {actual:,} {what}; at most {most} fit.", hint="Leave some out.")


class CriterionEmpty(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "A criterion for duplicates names no field.", hint='Such as [["name"], ["firstName", "lastName"]].'
        )


def read_criterion(of: Object, names: Sequence[str]) -> Criterion:
    """Fields by name, parts of composites as `emails.primaryEmail`. Raises FieldNotFound, and what is above."""
    if not names:
        raise CriterionEmpty
    if len(names) > MOST_VALUES:
        raise TooManyCriteria("values in a criterion for duplicates", MOST_VALUES, len(names))
    return tuple(dict.fromkeys(_read(of, each) for each in names))


def _read(of: Object, written: str) -> Alike:
    name, _, part = written.partition(".")
    field = find_field(of, name)
    kind = KINDS[field.kind]
    if kind.parts and part not in kind.parts:
        parts = ", ".join(f"{name}.{each}" for each in kind.parts)
        raise CriterionUnfit(written, "it has several parts.", f"There are {parts}.")
    if part and not kind.parts:
        raise CriterionUnfit(written, f"{name} has no parts.", f"Name {name}.")
    found = Alike(field.id, part or None)
    held = _held(field, found)
    if held is None or kind.is_computed or not _is_comparable(held):
        raise CriterionUnfit(
            written, f"it is {field.kind}.", "Texts, numbers, dates, choices and to-one relations can."
        )
    return found


def _is_comparable(held: Field) -> bool:
    scalar = KINDS[held.kind].scalar(held.settings)
    return held.relation_id is not None or not (scalar is None or scalar == "JSON" or scalar.startswith("["))


def _held(field: Field, alike: Alike) -> Field | None:
    """What holds the value; None where the field became another that has no such part."""
    name = field.name if alike.part is None else f"{field.name}.{alike.part}"
    return next((each for each in stored(field) if each.name == name), None)


def criteria(of: Object) -> list[tuple[Field, ...]]:
    """What holds the values of each criterion, of those whose fields are all in sight."""
    found = ([_seen(of, each) for each in criterion] for criterion in of.duplicate_criteria)
    return [tuple(each for each in held if each) for held in found if all(held)]


def _seen(of: Object, alike: Alike) -> Field | None:
    held = _fitting(of, alike)
    return held if held is not None and held.is_visible else None


def _fitting(of: Object, alike: Alike) -> Field | None:
    """None where the field is deleted or gone, or was converted into one that can tell no duplicates."""
    field = of.fields.get(alike.field)
    held = _held(field, alike) if field is not None and field.deleted_at is None else None
    return held if held is not None and not KINDS[held.kind].is_computed and _is_comparable(held) else None


def kept_criteria(of: Object) -> Iterator[Criterion]:
    """Without those that a deleted field takes part in, or one that can't by now: they come back with it."""
    return (each for each in of.duplicate_criteria if all(_fitting(of, one) is not None for one in each))


def written_criteria(of: Object) -> list[list[str]]:
    return [[_written(of, each) for each in criterion] for criterion in kept_criteria(of)]


def _written(of: Object, alike: Alike) -> str:
    name = of.fields[alike.field].name
    return name if alike.part is None else f"{name}.{alike.part}"
