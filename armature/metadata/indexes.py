"""Indexes that somebody asked for: what they may be over, and what of their filter can be kept by PostgreSQL."""

from collections.abc import Callable, Mapping, Set
from typing import Any

from armature.core.errors import ArmatureError, BadUserInput, NotFound
from armature.metadata.filters.read import read_filter
from armature.metadata.filters.tree import Holds, Leads, Node, Together
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Index, IndexOrder, IndexPart, IndexType, Object, Snapshot
from armature.metadata.resolve import as_id, did_you_mean, find_field
from armature.metadata.stored import stored

MOST_PARTS = 16
MOST_INDEXES = 50

LOOKED_INTO: Set[str] = {"JSON", "[String]", "[ENUM]"}
UNORDERED: Set[str] = {*LOOKED_INTO, "[Float]"}
"""Scalars whose values are neither less nor greater than others."""

TAKES: Mapping[IndexType, str] = {
    "BTREE": "values that can be compared",
    "GIN": "lists, several choices and documents",
    "TRIGRAM": "texts",
    "HNSW_COSINE": "one vector",
    "HNSW_L2": "one vector",
    "HNSW_INNER_PRODUCT": "one vector",
}

FITS: Mapping[IndexType, Callable[[str], bool]] = {
    "BTREE": lambda scalar: scalar not in UNORDERED,
    "GIN": lambda scalar: scalar in LOOKED_INTO,
    "TRIGRAM": lambda scalar: scalar == "String",
    "HNSW_COSINE": lambda scalar: scalar == "[Float]",
    "HNSW_L2": lambda scalar: scalar == "[Float]",
    "HNSW_INNER_PRODUCT": lambda scalar: scalar == "[Float]",
}
"""Whether an index can be over values of a scalar."""

NOT_KEPT = {("[String]", "contains"), ("[String]", "icontains"), ("String", "search")}
"""Operators of a scalar that look into each value by a query of their own, which no index can."""


class IndexNotFound(NotFound):
    def __init__(self, of: Object, reference: str) -> None:
        known = [each.name for each in of.indexes]
        super().__init__(
            f'The object "{of.name_singular}" has no index "{reference[:100]}".',
            hint=did_you_mean(reference, known),
            path=("index",),
        )


class FieldUnfit(BadUserInput):
    def __init__(self, name: str, type_: IndexType, hint: str | None = None) -> None:
        super().__init__(
            f'An index of the type {type_} can\'t be over "{name}": it takes {TAKES[type_]}.',
            hint=hint,
            field=name,
            path=("field",),
        )


class PartMissing(BadUserInput):
    def __init__(self, field: Field, given: str | None) -> None:
        parts = list(KINDS[field.kind].parts)
        what = f'has no part "{given[:100]}"' if given else "has several parts: an index is over one of them"
        super().__init__(
            f'"{field.name}" {what}.', hint=f'Such as "{field.name}.{parts[0]}".', field=field.name, path=("field",)
        )


class NoParts(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(f'"{field.name}" has no parts.', field=field.name, path=("field",))


class NotStored(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'An index can\'t be over "{field.name}": its records hold nothing of it themselves.',
            field=field.name,
            path=("field",),
        )


class WhereUnfit(BadUserInput):
    def __init__(self, what: str, name: str) -> None:
        super().__init__(
            f"The filter of an index {what}.",
            hint="It can ask for values that its records hold themselves.",
            field=name,
        )


class TooManyIndexes(ArmatureError):
    """Each of them slows every write down. No setting raises this."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, of: Object) -> None:
        super().__init__(
            f'"{of.name_singular}" has {MOST_INDEXES} indexes already; more would slow every write down.',
            hint="Delete one first.",
        )


def find_index(of: Object, reference: str) -> Index:
    """By id or name. Raises IndexNotFound."""
    for each in of.indexes:
        if each.name == reference or each.id == as_id(reference):
            return each
    raise IndexNotFound(of, reference)


def named_part(of: Object, name: str, order: IndexOrder, type_: IndexType) -> IndexPart:
    """The part that `address.city` means. Raises FieldNotFound and what else is wrong with it."""
    field_name, _, part = name.partition(".")
    field = find_field(of, field_name)
    if KINDS[field.kind].parts:
        if part not in KINDS[field.kind].parts:
            raise PartMissing(field, part or None)
    elif part:
        raise NoParts(field)
    found = IndexPart(field.id, part or None, order)
    if not fits(of, found, type_):
        raise NotStored(field) if is_elsewhere(field) else FieldUnfit(name, type_)
    return found


def is_elsewhere(field: Field) -> bool:
    """Whether its value is computed, or in other records."""
    return field.column is None or KINDS[field.kind].name == "FORMULA"


def fits(of: Object, part: IndexPart, type_: IndexType) -> bool:
    """Whether the index may be over this part, which may have changed since it was asked for."""
    field = of.fields.get(part.field)
    if field is None or field.deleted_at is not None or is_elsewhere(field):
        return False
    if (part.part is None) == bool(KINDS[field.kind].parts):
        return False
    return FITS[type_](scalar_of(field, part.part))


def scalar_of(field: Field, part: str | None) -> str:
    """Of a relation, that of the key."""
    held = held_of(field, part)
    return "ID" if field.relation_id is not None else KINDS[held.kind].scalar(held.settings) or ""


def held_of(field: Field, part: str | None) -> Field:
    """What the column holds."""
    return field if part is None else dict(zip(KINDS[field.kind].parts, stored(field), strict=True))[part]


def read_where(snapshot: Snapshot, of: Object, given: Any) -> Node:
    """Raises FilterUnfit, WhereUnfit."""
    found = read_filter(snapshot, of, given)
    _check(of, found)
    return found


def _check(of: Object, node: Node) -> None:
    match node:
        case Together(parts=parts):
            for each in parts:
                _check(of, each)
        case Leads(field=id_):
            name = of.fields[id_].name
            raise WhereUnfit(f'can\'t go through the relation "{name}"', name)
        case Holds():
            field = of.fields[node.field]
            if is_elsewhere(field):
                raise WhereUnfit(f'can\'t ask for "{field.name}", which is computed', field.name)
            for operator in node.operators:
                if (node.scalar, operator) in NOT_KEPT:
                    raise WhereUnfit(f'can\'t have the operator "{operator}" of "{field.name}"', field.name)


def part_names(of: Object, index: Index) -> list[str]:
    """As a client writes them."""
    return [_name(of.fields[each.field], each.part) for each in index.parts]


def _name(field: Field, part: str | None) -> str:
    return field.name if part is None else f"{field.name}.{part}"
