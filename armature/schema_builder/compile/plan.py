"""What an operation asks for, as data: no SQL, no GraphQL. A statement is a pure function of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from armature.metadata.model import Option
from armature.schema_builder.compile.binds import Bind
from armature.schema_builder.types.functions import COUNTING, result_of
from armature.schema_builder.types.groups import PARTS
from armature.schema_builder.view import Composite, ObjectView, Plain, ToMany, ToOne


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these holds; of none, it is true."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these holds; of none, it is false."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold, be it false or unknown."""

    of: "Condition"


@dataclass(frozen=True, slots=True)
class Compare:
    """A value against a bind, by an operator of types/operators.py; for `is`, `value` is NULL or NOT_NULL.

    `path` leads to the value inside a document.
    """

    entry: Plain
    operator: str
    value: Bind | str
    path: Bind | None = None


@dataclass(frozen=True, slots=True)
class Via:
    """Link records between two levels: their columns `near` and `far` hold what those of a Link do."""

    object: ObjectView
    near: str
    far: str


@dataclass(frozen=True, slots=True)
class Related:
    """Among the visible records that a relation leads to, some or none match; see `far`, `near` and `via` of Link."""

    to: ObjectView
    near: str
    far: str
    quantifier: Literal["some", "none"]
    condition: "Condition"
    via: Via | None = None


Condition = All | Either | Not | Compare | Related


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
    """An aggregate of the visible records that a to-many relation leads to; see `far`, `near` and `via` of Link."""

    to: ObjectView
    near: str
    far: str
    aggregate: Aggregate
    via: Via | None = None

    @property
    def mark(self) -> tuple[object, ...]:
        between = (self.via.object.object.table, self.via.near, self.via.far) if self.via else ()
        return (self.to.object.table, self.near, self.far, self.aggregate.function, between)


@dataclass(frozen=True, slots=True)
class Order:
    """`direction` is a value of OrderDirection; `through` leads from the record to the one that has the value."""

    through: tuple[Step, ...]
    by: Plain | Total
    direction: str

    @property
    def value(self) -> Plain | Aggregate:
        return self.by if isinstance(self.by, Plain) else self.by.aggregate

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
        entry = self.by if isinstance(self.by, Plain) else self.by.aggregate.entry
        return (way, total, entry.column if entry else "", self.direction)


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
class TypeName:
    key: str
    name: str


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


Output = Column | Composed | TypeName | Link | OneOf


@dataclass(frozen=True, slots=True)
class Rows:
    """One level of a read: what to show of which object, narrowed how.

    `limit` None: at most one record, shown by itself or as null; otherwise a list. `distinct`: only the first of
    the records with the same values of so many first `orders`.
    """

    object: ObjectView
    outputs: tuple[Output, ...]
    condition: Condition = All(())
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
    condition: Condition = All(())
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
class Aggregated:
    key: str
    aggregate: Aggregate


@dataclass(frozen=True, slots=True)
class AggregatedFields:
    """What one function gives of several values."""

    key: str
    fields: tuple[Aggregated | TypeName, ...]


SummaryField = Aggregated | AggregatedFields | TypeName


@dataclass(frozen=True, slots=True)
class Summary:
    """A level shown by what its records come to."""

    object: ObjectView
    fields: tuple[SummaryField, ...]
    condition: Condition = All(())
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
class GroupRecords:
    """Some records of a group."""

    key: str
    rows: Rows


GroupField = KeyFields | GroupRecords | SummaryField


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


@dataclass(frozen=True, slots=True)
class Groups:
    """A level shown as groups of its records; `group_orders` are total."""

    object: ObjectView
    keys: tuple[GroupKey, ...]
    fields: tuple[GroupField, ...]
    limit: Bind
    condition: Condition = All(())
    having: tuple[Having, ...] = ()
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


Level = Rows | Page | Summary | Groups


@dataclass(frozen=True, slots=True)
class Read:
    """A root field of a query, answered by the records of `rows`."""

    key: str
    rows: Level


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


@dataclass(frozen=True, slots=True)
class SetValue:
    """A column gets a value."""

    entry: Plain
    value: Bind


@dataclass(frozen=True, slots=True)
class SetLink:
    """A to-one relation gets the id of the one visible record that meets a condition."""

    name: str
    column: str
    to: ObjectView
    condition: Compare


@dataclass(frozen=True, slots=True)
class SetNew:
    """A to-one relation gets the id of a record made just before; `data` is read as a plain dict."""

    entry: ToOne
    data: Bind


@dataclass(frozen=True, slots=True)
class Beside:
    """What is to happen to the records that refer to the one written; `data` is read as a plain dict."""

    entry: ToOne | ToMany
    data: Bind


@dataclass(frozen=True, slots=True)
class NewRows:
    """The records of a bulk create as the client sent them, a list of plain dicts, read when the statement runs."""

    rows: Bind


@dataclass(frozen=True, slots=True)
class Upsert:
    """Where a visible record has this value of `by` already, it gets `updates`; None: all that are given."""

    by: Plain
    updates: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Merge:
    """Several records become one: the first, unless `keep` names another. A dry run is undone once it is shown."""

    ids: Bind
    keep: Bind | None
    is_dry_run: Bind


@dataclass(frozen=True, slots=True)
class Shown:
    """What a mutation on many records answers under one response key."""

    key: str
    what: Literal["count", "records", "typename"]
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """A root field of a mutation; `does` is a key of roots.MUTATIONS.

    `shown` is what it answers: one record, a list of them, or counts and records. `since` is what the one record must
    meet beside `condition`: that nobody changed it meanwhile.
    """

    key: str
    does: str
    object: ObjectView
    shown: Rows | tuple[Shown, ...]
    condition: Condition = All(())
    since: Compare | None = None
    sets: tuple[SetValue | SetLink | SetNew, ...] = ()
    beside: tuple[Beside, ...] = ()
    new: NewRows | None = None
    upsert: Upsert | None = None
    merge: Merge | None = None

    @property
    def is_nested(self) -> bool:
        """Whether other records are written with this one."""
        return bool(self.beside) or any(isinstance(each, SetNew) for each in self.sets)


@dataclass(frozen=True, slots=True)
class Writes:
    """A mutation: root fields in their order, each a transaction of its own."""

    fields: tuple[Write | Known, ...]

    @property
    def writes(self) -> Sequence[Write]:
        return [each for each in self.fields if isinstance(each, Write)]


def links(level: Level) -> list[Link]:
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


def below(level: Level) -> list[Level]:
    """What is shown for each record of a level, or for each of its groups."""
    return [*level.records] if isinstance(level, Groups) else [each.rows for each in links(level)]


def objects_read(level: Level) -> set[str]:
    """The objects below the first level that a read looks at, in records, filters and orders."""
    found: set[str] = set()
    for link in links(level):
        below = link.rows
        found |= {below.object.name} | objects_read(below) | _mentioned(below.condition)
        found |= {step.to.name for order in below.orders for step in order.through}
        totals = [order.by for order in below.orders if isinstance(order.by, Total)]
        found |= {each.to.name for each in totals}.union(*(_between(each.via) for each in totals))
        found |= _between(link.via)
    return found


def _mentioned(condition: Condition) -> set[str]:
    match condition:
        case All(of=parts) | Either(of=parts):
            return set().union(*(_mentioned(each) for each in parts))
        case Not(of=part):
            return _mentioned(part)
        case Related(to=to, condition=inner, via=via):
            return {to.name} | _between(via) | _mentioned(inner)
        case Compare():
            return set()


def _between(via: Via | None) -> set[str]:
    return {via.object.name} if via else set()
