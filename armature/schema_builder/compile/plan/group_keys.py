"""What records are grouped by, and which groups in which order, as data."""

from dataclasses import dataclass
from typing import Literal

from armature.schema_builder.compile.binds import Bind
from armature.schema_builder.compile.plan.orders import Aggregate, Step
from armature.schema_builder.compile.plan.outputs import TypeName
from armature.schema_builder.types.groups import PARTS
from armature.schema_builder.view import Plain


@dataclass(frozen=True, slots=True)
class GroupKey:
    """What records have in common: a value, or of a time its period or part, by the calendar of a time zone.

    `names` are the fields that lead to it in the key of a group.
    """

    through: tuple[Step, ...]
    names: tuple[str, ...]
    entry: Plain
    granularity: str | None = None
    time_zone: Bind | None = None

    @property
    def is_part(self) -> bool:
        return self.granularity in PARTS


@dataclass(frozen=True, slots=True)
class KeyField:
    """`at` counts the keys of the groups."""

    key: str
    at: int


@dataclass(frozen=True, slots=True)
class KeyFields:
    key: str
    fields: tuple["KeyField | KeyFields | TypeName", ...]


@dataclass(frozen=True, slots=True)
class Combined:
    """Logic over what groups must meet; `of` none has one part."""

    how: Literal["all", "some", "none"]
    of: tuple["Having | Combined", ...]


@dataclass(frozen=True, slots=True)
class Having:
    """An aggregate of a group against a bind; see Compare."""

    aggregate: Aggregate
    operator: str
    value: Bind | str


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """By a key, which its place tells, or by an aggregate."""

    by: int | Aggregate
    direction: str
