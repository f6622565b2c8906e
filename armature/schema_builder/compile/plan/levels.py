"""The levels of a read, as data: what to show of which records. Levels nest."""

from collections.abc import Iterator
from dataclasses import dataclass

from armature.schema_builder.compile.binds import Bind
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD, All, Condition, Sought, Via
from armature.schema_builder.compile.plan.group_keys import Combined, GroupKey, GroupOrder, Having, KeyFields
from armature.schema_builder.compile.plan.orders import Order
from armature.schema_builder.compile.plan.outputs import Column, Composed, Measured, TypeName
from armature.schema_builder.compile.plan.summaries import SummaryField
from armature.schema_builder.view import ObjectView


@dataclass(frozen=True, slots=True)
class Link:
    """A nested level: its records' column `far` equals this level's column `near`, or live link records join them."""

    key: str
    near: str
    far: str
    rows: "Level"
    via: Via | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """The record of whichever of these levels has one."""

    key: str
    links: tuple[Link, ...]


Output = Column | Composed | Measured | TypeName | Link | OneOf


@dataclass(frozen=True, slots=True)
class Rows:
    """One level of a read: what to show of which object, narrowed how.

    `limit` None: at most one record, shown by itself or as null; otherwise a list. `distinct`: only the first of
    the records with the same values of so many first `orders`.
    """

    object: ObjectView
    outputs: tuple[Output, ...]
    condition: Condition = EVERY_RECORD
    orders: tuple[Order, ...] = ()
    limit: Bind | None = None
    offset: Bind | None = None
    with_deleted: bool = False
    distinct: int = 0

    @property
    def is_list(self) -> bool:
        return self.limit is not None


@dataclass(frozen=True, slots=True)
class Cursor:
    key: str


@dataclass(frozen=True, slots=True)
class Node:
    key: str
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class Edges:
    key: str
    fields: tuple[Cursor | Node | TypeName, ...]


@dataclass(frozen=True, slots=True)
class Nodes:
    key: str
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class PageFact:
    """`what` is a field of PageInfo."""

    key: str
    what: str


@dataclass(frozen=True, slots=True)
class PageInfo:
    key: str
    fields: tuple[PageFact | TypeName, ...]


@dataclass(frozen=True, slots=True)
class TotalCount:
    key: str


PageField = Edges | Nodes | PageInfo | TotalCount | TypeName


@dataclass(frozen=True, slots=True)
class Page:
    """A level shown as a connection: so many records between two cursors, the last of them where `is_backward`.

    `orders` are total: the last is by id. `after` and `before` are cursors as the client wrote them.
    """

    object: ObjectView
    fields: tuple[PageField, ...]
    orders: tuple[Order, ...]
    limit: Bind
    condition: Condition = EVERY_RECORD
    after: Bind | None = None
    before: Bind | None = None
    is_backward: bool = False
    with_deleted: bool = False

    @property
    def shown(self) -> Iterator[tuple[Output, ...]]:
        """What is shown of each record, once for each list of them."""
        for each in self.fields:
            if isinstance(each, Nodes):
                yield each.outputs
            elif isinstance(each, Edges):
                yield from (field.outputs for field in each.fields if isinstance(field, Node))

    @property
    def facts(self) -> Iterator[str]:
        """What of PageInfo is asked for."""
        infos = (each for each in self.fields if isinstance(each, PageInfo))
        return (fact.what for each in infos for fact in each.fields if isinstance(fact, PageFact))


@dataclass(frozen=True, slots=True)
class Summary:
    """A level shown by what its records come to."""

    object: ObjectView
    fields: tuple[SummaryField, ...]
    condition: Condition = EVERY_RECORD
    with_deleted: bool = False

    @property
    def shown(self) -> tuple[tuple[Output, ...], ...]:
        return ()

    @property
    def orders(self) -> tuple[Order, ...]:
        return ()

    @property
    def limit(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class GroupRecords:
    """Some records of a group."""

    key: str
    rows: Rows


GroupField = KeyFields | GroupRecords | SummaryField


@dataclass(frozen=True, slots=True)
class Groups:
    """A level shown as groups of its records; `group_orders` are total."""

    object: ObjectView
    keys: tuple[GroupKey, ...]
    fields: tuple[GroupField, ...]
    limit: Bind
    condition: Condition = EVERY_RECORD
    having: Having | Combined | None = None
    group_orders: tuple[GroupOrder, ...] = ()
    offset: Bind | None = None
    with_deleted: bool = False

    @property
    def shown(self) -> tuple[tuple[Output, ...], ...]:
        return tuple(each.outputs for each in self.records)

    @property
    def records(self) -> tuple[Rows, ...]:
        return tuple(each.rows for each in self.fields if isinstance(each, GroupRecords))

    @property
    def orders(self) -> tuple[Order, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Score:
    key: str


FoundField = Score | Cursor | OneOf | TypeName


@dataclass(frozen=True, slots=True)
class Among:
    """The records of one object that a search looks at; `condition` has the search in it."""

    object: ObjectView
    sought: Sought
    condition: Condition
    with_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Finds:
    """What a search finds among the records of several objects, the best first; `after` is a cursor."""

    among: tuple[Among, ...]
    fields: tuple[FoundField, ...]
    limit: Bind
    after: Bind | None = None

    @property
    def shown(self) -> tuple[tuple[Output, ...], ...]:
        return tuple((each,) for each in self.fields if isinstance(each, OneOf))

    @property
    def condition(self) -> Condition:
        return All(tuple(each.condition for each in self.among))

    @property
    def orders(self) -> tuple[Order, ...]:
        return ()


Level = Rows | Page | Summary | Groups
"""What may be nested."""


def links(level: Level | Finds) -> list[Link]:
    """The levels nested in this one."""
    shown = (level.outputs,) if isinstance(level, Rows) else level.shown
    return [link for outputs in shown for each in outputs for link in _links(each)]


def _links(output: Output) -> tuple[Link, ...]:
    match output:
        case Link():
            return (output,)
        case OneOf(links=found):
            return found
        case _:
            return ()


def below(level: Level | Finds) -> list[Level]:
    """What is shown for each record of a level, or for each of its groups."""
    return [*level.records] if isinstance(level, Groups) else [each.rows for each in links(level)]
