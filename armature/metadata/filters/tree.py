"""A filter as a tree of fields: what it means, whatever they are called. `read.py` makes it, `write.py` spells it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option of a field: it may be renamed."""

    id: UUID
    value: str


@dataclass(frozen=True, slots=True)
class Together:
    """All of these hold; `word` says how it was written: side by side, or in one of the words of logic."""

    word: Literal["", "and", "or", "not"]
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """A value meets these operators. `suffix` is Id where the key of a relation is meant; `part` one of a composite's.

    Values are canonical JSON, choices Chosen.
    """

    object: UUID
    field: UUID
    scalar: str
    operators: Mapping[str, Any]
    suffix: str = ""
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Leads:
    """The record that a relation leads to, or some, every or none of those, meet more."""

    object: UUID
    field: UUID
    inner: "Node"
    quantifier: str | None = None


Node = Together | Holds | Leads


def named(node: Node) -> Iterator[tuple[UUID, UUID]]:
    """The fields that a filter names, each after its object."""
    match node:
        case Together(parts=parts):
            for each in parts:
                yield from named(each)
        case Leads(inner=inner):
            yield node.object, node.field
            yield from named(inner)
        case Holds():
            yield node.object, node.field
