"""Rollups: what the records that a to-many relation leads to come to, such as their number, or the sum of a value.

The settings of a ROLLUP field hold names, which follow renames: `relation`, a field of its object; `aggregate`; `field`
of the records there, unless they are only counted; `filter`, which of them count; `result`, the scalar that it gives,
which is inferred.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from armature.core.errors import BadUserInput
from armature.metadata.aggregates import COUNT, SPELT, fits, result_of
from armature.metadata.filters.read import FilterUnfit, read_filter
from armature.metadata.filters.tree import Node, named
from armature.metadata.filters.write import write_filter
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Link, Object, Snapshot
from armature.metadata.resolve import did_you_mean
from armature.metadata.stored import stored


class RollupInvalid(BadUserInput):
    """`missing` is a name that nothing has."""

    def __init__(
        self, rollup: Field, key: str, what: str, *, hint: str | None = None, missing: str | None = None
    ) -> None:
        super().__init__(f'"{rollup.name}" {what}', hint=hint, field=rollup.name, path=("settings", key))
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the records there: `field`, or of a composite its `part`, which `held` holds."""

    field: Field
    held: Field
    part: str | None = None

    @property
    def scalar(self) -> str:
        found = KINDS[self.held.kind].scalar(self.held.settings) if self.field.relation_id is None else "ID"
        assert found is not None  # noqa: S101  checked when it was read
        return found


@dataclass(frozen=True, slots=True)
class Rollup:
    """What the settings mean. `function` is COUNT, which needs no `value`, or a key of FUNCTIONS."""

    of: Object
    relation: Field
    target: Object
    function: str
    value: Value | None
    filter: Node | None

    @property
    def result(self) -> str:
        return result_of(self.function, self.value.scalar) if self.value else "Int"

    @property
    def needed(self) -> Iterator[tuple[UUID, UUID]]:
        """The fields that it is computed of, each after its object."""
        yield self.of.id, self.relation.id
        if self.value is not None:
            yield self.target.id, self.value.field.id
        if self.filter is not None:
            yield from named(self.filter)


def read_rollup(snapshot: Snapshot, of: Object, field: Field) -> Rollup:
    """Raises RollupInvalid, or FilterUnfit."""
    relation, link = _relation(snapshot, of, field)
    function = _function(field)
    value = _value(link.target, field, function)
    kept = field.settings.get("filter")
    return Rollup(
        of, relation, link.target, function, value, read_filter(snapshot, link.target, kept) if kept else None
    )


def spelt_settings(rollup: Rollup, settings: Mapping[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    """The settings with the names that a snapshot has."""
    found = {**settings, "relation": snapshot.objects[rollup.of.id].fields[rollup.relation.id].name}
    if rollup.value is not None:
        name = snapshot.objects[rollup.target.id].fields[rollup.value.field.id].name
        found["field"] = name if rollup.value.part is None else f"{name}.{rollup.value.part}"
    if rollup.filter is not None:
        found["filter"] = write_filter(rollup.filter, snapshot)
    return found


def hidden(snapshot: Snapshot, rollup: Rollup) -> bool:
    """Whether an object that it needs is deleted or deactivated: then it is not seen either."""
    fields = [(snapshot.objects[of], snapshot.objects[of].fields[id_]) for of, id_ in rollup.needed]
    leading = [each for _, each in fields if each.relation_id is not None and each.deleted_at is None]
    return not all(of.is_visible for of, _ in fields) or not all(snapshot.link(each).is_visible for each in leading)


def lost(snapshot: Snapshot, rollup: Rollup) -> Field | None:
    """A field that it needs and that is not visible."""
    fields = (snapshot.objects[of].fields[id_] for of, id_ in rollup.needed)
    return next((each for each in fields if not each.is_visible), None)


def seen_rollup(snapshot: Snapshot, of: Object, field: Field) -> Rollup | None:
    """None where it needs what is not seen here."""
    try:
        rollup = read_rollup(snapshot, of, field)
    except (RollupInvalid, FilterUnfit):
        return None
    is_there = snapshot.link(rollup.relation).is_visible and not hidden(snapshot, rollup)
    return rollup if is_there and lost(snapshot, rollup) is None and _rests_on_seen(snapshot, rollup) else None


def _rests_on_seen(snapshot: Snapshot, rollup: Rollup) -> bool:
    """Of the rollups that it is made of, however many others are in between."""
    needed = ((snapshot.objects[of], snapshot.objects[of].fields[id_]) for of, id_ in rollup.needed)
    return all(seen_rollup(snapshot, of, each) is not None for of, each in needed if each.kind == "ROLLUP")


def _relation(snapshot: Snapshot, of: Object, field: Field) -> tuple[Field, Link]:
    name = field.settings.get("relation")
    if name is None:
        raise RollupInvalid(
            field, "relation", "needs a relation.", hint='Such as {relation: "people", aggregate: "COUNT"}.'
        )
    found = of.kept_fields.get(name)
    many = [each.name for each in of.kept_fields.values() if _leads_to_many(snapshot, each)]
    if found is None or found.name not in many:
        hint = did_you_mean(name, many) or (f"It has {', '.join(many)}." if many else "It has none.")
        what = f'needs a relation of "{of.name_singular}" to many records, and "{name[:100]}" is none.'
        raise RollupInvalid(field, "relation", what, hint=hint, missing=None if found else name)
    return found, snapshot.link(found)


def _leads_to_many(snapshot: Snapshot, field: Field) -> bool:
    return field.relation_id is not None and snapshot.link(field).side in ("ONE_TO_MANY", "MANY_TO_MANY")


def _function(field: Field) -> str:
    if "aggregate" not in field.settings:
        raise RollupInvalid(field, "aggregate", "needs an aggregate.", hint=f"There are {', '.join(SPELT)}.")
    return SPELT[field.settings["aggregate"]]


def _value(target: Object, field: Field, function: str) -> Value | None:
    name = field.settings.get("field")
    if function == COUNT:
        if name is not None:
            hint = "Leave the field out, or say COUNT_NOT_EMPTY."
            raise RollupInvalid(field, "field", "counts records, whatever is in their fields.", hint=hint)
        return None
    known = _values(target)
    if name is None:
        raise RollupInvalid(
            field, "field", f'needs a field of "{target.name_singular}".', hint=f"It has {', '.join(known)}."
        )
    if name not in known:
        what = f'needs a field of "{target.name_singular}", and "{name[:100]}" is none with a value.'
        raise RollupInvalid(field, "field", what, hint=did_you_mean(name, known), missing=name)
    value = known[name]
    scalar = value.scalar
    if not fits(function, scalar) or result_of(function, scalar) == "ENUM":
        what = f'can\'t be the {field.settings["aggregate"]} of "{name}": that is {value.held.kind}.'
        raise RollupInvalid(field, "aggregate", what, hint="COUNT_DISTINCT and COUNT_EMPTY take every value.")
    return value


def _values(target: Object) -> dict[str, Value]:
    """By name, composites by their parts: `amount.currencyCode`."""
    found: dict[str, Value] = {}
    for each in target.kept_fields.values():
        parts = KINDS[each.kind].parts
        if parts:
            held = zip(parts, stored(each), strict=True)
            found |= {f"{each.name}.{part}": Value(each, plain, part) for part, plain in held}
        elif each.column is not None or each.kind == "ROLLUP":
            found[each.name] = Value(each, each)
    return found
