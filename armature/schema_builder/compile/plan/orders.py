"""What records are ordered by, as data: values of their own, of those they lead to, or what many of those come to."""

from dataclasses import dataclass

from armature.metadata.aggregates import COUNTING, result_of
from armature.metadata.model import Option
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD, Condition, Via
from armature.schema_builder.compile.plan.distances import Distance
from armature.schema_builder.view import ObjectView, Plain


@dataclass(frozen=True, slots=True)
class Step:
    """Through a to-one relation, on the way to what is ordered by; see `far` and `near` of Link."""

    to: ObjectView
    near: str
    far: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What `function`, COUNT or a key of FUNCTIONS, gives of a value of many records; COUNT takes none."""

    function: str
    entry: Plain | None = None

    @property
    def scalar(self) -> str:
        return result_of(self.function, self.entry.scalar) if self.entry else "Int"

    @property
    def options(self) -> tuple[Option, ...]:
        return self.entry.options if self.entry and self.scalar == "ENUM" else ()

    @property
    def is_required(self) -> bool:
        return self.function in COUNTING


@dataclass(frozen=True, slots=True)
class Total:
    """An aggregate of the visible records that a to-many relation leads to; see `far`, `near` and `via` of Link.

    With a `condition`, of those that meet it.
    """

    to: ObjectView
    near: str
    far: str
    aggregate: Aggregate
    via: Via | None = None
    condition: Condition = EVERY_RECORD

    @property
    def mark(self) -> tuple[object, ...]:
        between = (self.via.object.object.table, self.via.near, self.via.far) if self.via else ()
        return (self.to.object.table, self.near, self.far, self.aggregate.function, between)


@dataclass(frozen=True, slots=True)
class Order:
    """`direction` is a value of OrderDirection; `through` leads from the record to the one that has the value."""

    through: tuple[Step, ...]
    by: Plain | Total | Distance
    direction: str

    @property
    def value(self) -> Plain | Aggregate | Distance:
        return self.by.aggregate if isinstance(self.by, Total) else self.by

    @property
    def is_by_id(self) -> bool:
        return not self.through and isinstance(self.by, Plain) and self.by.column == "id"

    @property
    def can_be_null(self) -> bool:
        return bool(self.through) or not self.value.is_required

    @property
    def mark(self) -> tuple[object, ...]:
        """Tells it apart from others, whatever is renamed."""
        way = tuple((step.to.object.table, step.near, step.far) for step in self.through)
        total = self.by.mark if isinstance(self.by, Total) else ()
        entry = self.by.aggregate.entry if isinstance(self.by, Total) else self.by
        return (way, total, entry.mark if entry else "", self.direction)
