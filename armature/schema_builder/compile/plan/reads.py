"""A query, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from armature.schema_builder.compile.plan.levels import Finds, Level


@dataclass(frozen=True, slots=True)
class Read:
    """A root field of a query, answered by the records of `rows`."""

    key: str
    rows: Level | Finds


@dataclass(frozen=True, slots=True)
class Known:
    """A root field whose JSON is known without the data: `__typename`, introspection, the version."""

    key: str
    what: Literal["typename", "introspection", "version"]


@dataclass(frozen=True, slots=True)
class Reads:
    """A query: root fields in the order of the answer."""

    fields: tuple[Read | Known, ...]

    @property
    def reads(self) -> Sequence[Read]:
        return [each for each in self.fields if isinstance(each, Read)]
