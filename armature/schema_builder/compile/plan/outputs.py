"""What is shown of one record by itself, as data."""

from dataclasses import dataclass

from armature.schema_builder.compile.plan.distances import Distance
from armature.schema_builder.view import Composite, Plain


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    entry: Plain


@dataclass(frozen=True, slots=True)
class Composed:
    """Parts of a composite, or null where it has none."""

    key: str
    entry: Composite
    outputs: tuple["Column | TypeName", ...]


@dataclass(frozen=True, slots=True)
class Measured:
    key: str
    distance: Distance


@dataclass(frozen=True, slots=True)
class TypeName:
    key: str
    name: str
