"""A filter as it is written in the data API becomes a tree. What is wrong with it is told with its path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from armature.core.errors import BadUserInput
from armature.metadata.filters.tree import Holds, Leads, Node, Together
from armature.metadata.filters.values import read_value
from armature.metadata.kinds import KINDS
from armature.metadata.kinds.kind import Unfit
from armature.metadata.model import Field, Object, Snapshot
from armature.metadata.operators import OPERATORS, Takes
from armature.metadata.resolve import did_you_mean
from armature.metadata.stored import stored

MOST_CONDITIONS = 100
DEEPEST = 10
QUANTIFIERS = ("some", "every", "none")

Path = tuple[str | int, ...]


class FilterUnfit(BadUserInput):
    """`path` leads to the fault from the filter on; `missing` is a name that nothing has."""

    def __init__(self, what: str, path: Path, *, hint: str | None = None, missing: str | None = None) -> None:
        where = ".".join(str(each) for each in path)
        super().__init__(
            f"The filter{f' at {where}' if where else ''} {what}", hint=hint, field=where or None, path=path
        )
        self.missing = missing


def read_filter(snapshot: Snapshot, of: Object, given: Any) -> Node:
    """The filter of these records that is meant. Raises FilterUnfit."""
    return _Reading(snapshot, [0]).whole(of, given, ())


@dataclass(frozen=True, slots=True)
class _Reading:
    """`count` holds how many conditions there were so far."""

    snapshot: Snapshot
    count: list[int]

    def whole(self, of: Object, given: Any, path: Path) -> Node:
        parts = [self._part(of, name, value, (*path, name)) for name, value in _entries(given, path)]
        return parts[0] if len(parts) == 1 else Together("", tuple(parts))

    def _part(self, of: Object, name: str, value: Any, path: Path) -> Node:
        self._counted(path)
        match name:
            case "and" | "or":
                if not isinstance(value, list):
                    raise FilterUnfit("must be a list.", path)
                return Together(name, tuple(self.whole(of, each, (*path, at)) for at, each in enumerate(value)))
            case "not":
                return Together("not", (self.whole(of, value, path),))
        field, suffix = _named(of, name, path)
        if suffix or (field.relation_id is None and not KINDS[field.kind].parts):
            return self._holds(of, field, field, value, path, suffix=suffix)
        if field.relation_id is None:
            return Together("", tuple(self._within(of, field, each, path) for each in _entries(value, path)))
        return self._beyond(of, field, value, path)

    def _counted(self, path: Path) -> None:
        self.count[0] += 1
        if self.count[0] > MOST_CONDITIONS:
            raise FilterUnfit(f"is one of too many: at most {MOST_CONDITIONS} conditions can be kept.", path[:1])
        if len(path) > 4 * DEEPEST:
            raise FilterUnfit(f"is too deep: at most {DEEPEST} levels can be kept.", path[:1])

    def _within(self, of: Object, field: Field, given: tuple[str, Any], path: Path) -> Node:
        name, value = given
        if name == "is":
            read = _read("String", "null", value, field, (*path, name))
            return Holds(of.id, field.id, "", {"is": read})
        parts = dict(zip(KINDS[field.kind].parts, stored(field), strict=True))
        if name not in parts:
            raise _unknown(f'names "{name[:100]}", which is no part of "{field.name}".', name, parts, (*path, name))
        return self._holds(of, field, parts[name], value, (*path, name), part=name)

    def _holds(
        self,
        of: Object,
        field: Field,
        held: Field,
        given: Any,
        path: Path,
        *,
        suffix: str = "",
        part: str | None = None,
    ) -> Holds:
        scalar = "ID" if suffix else KINDS[held.kind].scalar(held.settings)
        known = OPERATORS.get(scalar or "", {})
        found: dict[str, Any] = {}
        for operator, value in _entries(given, path):
            self._counted(path)
            if operator not in known:
                raise _unknown(f'has no operator "{operator[:100]}".', operator, known, (*path, operator))
            found[operator] = _read(scalar or "", known[operator], value, held, (*path, operator))
        return Holds(of.id, field.id, scalar or "", found, suffix, part)

    def _beyond(self, of: Object, field: Field, given: Any, path: Path) -> Node:
        link = self.snapshot.link(field)
        if field.column is not None or link.side == "ONE_TO_ONE":
            return Leads(of.id, field.id, self.whole(link.target, given, path))
        parts = []
        for name, value in _entries(given, path):
            if name not in QUANTIFIERS:
                raise _unknown(
                    f'has "{name[:100]}" where some, every or none is expected.', name, QUANTIFIERS, (*path, name)
                )
            parts.append(Leads(of.id, field.id, self.whole(link.target, value, (*path, name)), name))
        return Together("", tuple(parts))


def _entries(given: Any, path: Path) -> list[tuple[str, Any]]:
    """In an order of their own, so that equal filters look equal."""
    if not isinstance(given, Mapping) or not all(isinstance(each, str) for each in given):
        raise FilterUnfit("must be an object.", path)
    return sorted(given.items())


def _named(of: Object, name: str, path: Path) -> tuple[Field, str]:
    found = of.kept_fields.get(name)
    if found is not None and found.kind == "MORPH_RELATION":
        raise _united(of, found, path)
    if found is not None:
        return found, ""
    key = of.kept_fields.get(name.removesuffix("Id")) if name.endswith("Id") else None
    if key is not None and key.relation_id is not None and key.column is not None:
        return key, "Id"
    raise _unknown(f'names "{name[:100]}", which "{of.name_singular}" has no field for.', name, of.visible_fields, path)


def _united(of: Object, morph: Field, path: Path) -> FilterUnfit:
    """What it unites may change, and a filter that is kept means what it meant."""
    names = " or ".join(f"{{{each.name}: {{…}}}}" for each in of.unions.get(morph.id, ()))
    what = f'asks for "{morph.name}", which unites relations: a filter that is kept names these.'
    return FilterUnfit(
        what, path, hint=f"Such as {names}; empty ones ask whether there is a record." if names else None
    )


def _unknown(what: str, name: str, known: Any, path: Path) -> FilterUnfit:
    return FilterUnfit(what, path, hint=did_you_mean(name, known), missing=name)


def _read(scalar: str, takes: Takes, value: Any, held: Field, path: Path) -> Any:
    try:
        return read_value(scalar, takes, value, held.options)
    except Unfit as reason:
        raise FilterUnfit(f"must be {reason}.", path) from None
