"""An operation prepared for one schema: validated once, planned once for each shape of its variables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLScalarType,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    type_from_ast,
    validate,
    visit,
)
from graphql.execution.values import get_variable_values
from graphql.validation.validate import ValidationAbortedError

from armature.core.errors import ArmatureError, BadUserInput, LimitExceeded
from armature.core.lru import Lru
from armature.core.settings import Settings, environment_name
from armature.metadata.names import SAY
from armature.schema_builder.compile.arguments import items_in, shape_of
from armature.schema_builder.compile.binds import Variables
from armature.schema_builder.compile.builder import reads_statement
from armature.schema_builder.compile.cost import check_conditions, check_cost, depends_on_variables, too_many_conditions
from armature.schema_builder.compile.events_read import events_statement
from armature.schema_builder.compile.plan.events import Events
from armature.schema_builder.compile.plan.reads import Known, Read, Reads
from armature.schema_builder.compile.plan.topics import Meeting, Saying
from armature.schema_builder.compile.plan.writes import Write, Writes
from armature.schema_builder.compile.read import Reader
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.compile.topics_read import members_statement, sight_statement
from armature.schema_builder.compile.write import mutation
from armature.schema_builder.run.document import PAGE, Document
from armature.schema_builder.run.topics import SayField, ready_to_say
from armature.schema_builder.run.validation import RULES
from armature.schema_builder.run.variables import placed
from armature.schema_builder.run.write import WriteField, ready
from armature.schema_builder.types.coercion import Coerce, Misfit
from armature.schema_builder.types.directives import ATOMIC, JSON_PATCH
from armature.schema_builder.types.many import WITH_DELETED
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.types.search import OBJECTS

MAX_ERRORS = 50

DECIDING = {*WITH_DELETED, OBJECTS}
"""The arguments that are part of a statement's text."""


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """`statement` is None where no field needs the database, `cost` where it must be counted for each request."""

    fields: tuple[Read | Known, ...]
    reads: tuple[Read, ...]
    statement: Statement | None
    cost: int | None

    @property
    def weight(self) -> int:
        return 1 + (len(self.statement.sql) // PAGE if self.statement else 0)


@dataclass(frozen=True, slots=True)
class MutationPlan:
    fields: tuple[WriteField | SayField | Known, ...]

    @property
    def writes(self) -> bool:
        return any(isinstance(each, WriteField) for each in self.fields)

    @property
    def weight(self) -> int:
        found = [each.statements for each in self.fields if isinstance(each, WriteField)]
        every = [
            text
            for each in found
            for text in (each.write, each.show, each.find, each.links, each.present, *each.lists.values())
        ]
        return 1 + sum(len(each.sql) for each in every if each) // PAGE


@dataclass(frozen=True, slots=True)
class EventsPlan:
    """A subscription to change events, with its response key."""

    key: str
    events: Events
    statement: Statement
    cost: int | None

    @property
    def reads(self) -> tuple[Read, ...]:
        return (Read(self.key, self.events.asked),)

    @property
    def weight(self) -> int:
        return 1 + len(self.statement.sql) // PAGE


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """A subscription to a topic: `sight` finds its record, `members` who of the users may be told of.

    `listed` is how many callers a result may show.
    """

    meeting: Meeting
    sight: Statement | None
    members: Statement | None
    cost: int | None
    listed: int

    @property
    def reads(self) -> tuple[Read, ...]:
        return tuple(Read(self.meeting.key, each) for each in self.meeting.members.shown)

    @property
    def weight(self) -> int:
        return 1 + sum(len(each.sql) for each in (self.sight, self.members) if each) // PAGE


Plan = QueryPlan | MutationPlan | EventsPlan | TopicPlan
Plans = Lru[tuple["Prepared", Any], Plan]


class TooComplex(ArmatureError):
    """graphql-core gave up: comparing the document's fields with each other would take too long."""

    code = "LIMIT_EXCEEDED"

    def __init__(self) -> None:
        super().__init__("The document repeats or nests too much to be validated.", hint="Ask for each field once.")


class CannotBeUnsaid(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            f'"{SAY}" can\'t be part of an @atomic mutation: what was said is not taken back.',
            hint="Send it by itself, afterwards.",
            field=SAY,
        )


class Refused(Exception):
    """The request cannot begin: GraphQL's own errors."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


class Prepared:
    """One operation of a valid document, with what its plans are made from."""

    def __init__(
        self, schema: WorkspaceSchema, settings: Settings, document: Document, name: str | None, plans: Plans
    ) -> None:
        """`plans` is where all operations keep theirs. Raises Refused where the document does not fit the schema."""
        self.schema = schema
        self._plans = plans
        self.fingerprint = schema.view.snapshot.fingerprint
        self.document = document
        self._settings = settings
        try:
            self.node: OperationDefinitionNode = document.operation(name)
        except GraphQLError as error:
            raise Refused([error]) from error
        if errors := validate(schema.graphql, document.node, RULES, max_errors=MAX_ERRORS):
            raise TooComplex if isinstance(errors[0], ValidationAbortedError) else Refused(errors)
        self._definitions = self.node.variable_definitions or ()
        self._types: Mapping[str, Any] = {
            each.variable.name.value: type_from_ast(schema.graphql, each.type) for each in self._definitions
        }
        self._are_plain = all(map(_is_plain, self._types.values()))
        self._readers = self._fast_readers()
        self._deciding = _deciding_variables(document) & self._types.keys() if self._types else set()

    @property
    def is_query(self) -> bool:
        return self.node.operation is OperationType.QUERY

    @property
    def is_subscription(self) -> bool:
        return self.node.operation is OperationType.SUBSCRIPTION

    @property
    def is_patched(self) -> bool:
        """Whether a subscription's results after the first are to come as patches."""
        return any(each.name.value == JSON_PATCH.name for each in self.node.directives or ())

    @property
    def is_atomic(self) -> bool:
        return any(each.name.value == ATOMIC.name for each in self.node.directives or ())

    def coerced(self, given: Mapping[str, Any]) -> Variables:
        """The variables as values (GraphQL spec, CoerceVariableValues). Raises Refused."""
        if not self._are_plain:
            self._check_items(given)
        if self._readers is not None and (fitting := _read(self._readers, given)) is not None:
            return fitting
        found = get_variable_values(self.schema.graphql, self._definitions, dict(given), max_errors=MAX_ERRORS)
        if isinstance(found, list):
            raise Refused(placed(found, self.node))
        return found.coerced

    def _check_items(self, given: Mapping[str, Any]) -> None:
        """Before they are coerced, which takes a while for many."""
        limit = self._settings.max_conditions
        total = sum(items_in(kind, given[name], limit) for name, kind in self._types.items() if name in given)
        if total > limit:
            raise too_many_conditions(total, limit)

    def _fast_readers(self) -> Mapping[str, Coerce] | None:
        """How to read the variables, by name; None where one has a default."""
        if any(each.default_value is not None for each in self._definitions):
            return None
        return {name: self.schema.readers.of(kind) for name, kind in self._types.items()}

    def plan(self, variables: Variables) -> Plan:
        """Raises ArmatureError where the arguments ask for what can't be given."""
        key = (self, self._shape(variables))
        plan = self._plans.get(key)
        if plan is None:
            try:
                plan = self._planned(variables)
            except RecursionError as error:
                setting = environment_name("max_depth")
                limit = self._settings.max_depth
                raise LimitExceeded("Levels of nesting", limit=limit, actual=limit + 1, setting=setting) from error
            self._plans.put(key, plan, plan.weight)
        return plan

    def cost(self, plan: QueryPlan | EventsPlan | TopicPlan, variables: Variables) -> int:
        """The records asked for. Raises LimitExceeded."""
        return check_cost(plan.reads, variables, self._settings) if plan.cost is None else plan.cost

    def _shape(self, variables: Variables) -> Any:
        return tuple(
            [
                (name, _decided(value) if name in self._deciding else shape_of(self._types[name], value))
                for name, value in variables.items()
            ]
        )

    def _planned(self, variables: Variables) -> Plan:
        reader = Reader(self.schema, self._settings, self.document.fragments, variables)
        if self.node.operation is OperationType.MUTATION:
            return self._mutation(mutation(reader, self.node))
        if self.is_subscription and (found := self._followed(reader, variables)) is not None:
            return found
        plan: Reads = reader.query(self.node)
        reads = tuple(plan.reads)
        cost = self._checked(reads, variables)
        return QueryPlan(plan.fields, reads, reads_statement(reads) if reads else None, cost)

    def _mutation(self, writes: Writes) -> MutationPlan:
        check_conditions(writes.writes, self._settings)
        plan = MutationPlan(tuple(map(_ready, writes.fields)))
        if self.is_atomic and any(isinstance(each, SayField) for each in plan.fields):
            raise CannotBeUnsaid
        return plan

    def _followed(self, reader: Reader, variables: Variables) -> EventsPlan | TopicPlan | None:
        """Of a subscription that is no live query."""
        if (found := reader.events(self.node)) is not None:
            key, events = found
            cost = self._checked([Read(key, events.asked)], variables)
            return EventsPlan(key, events, events_statement(events), cost)
        meeting = reader.meeting(self.node)
        if meeting is None:
            return None
        listed = meeting.lists * self._settings.live_members
        plan = TopicPlan(meeting, sight_statement(meeting.topic), members_statement(meeting.members), 0, listed)
        return replace(plan, cost=self._checked(plan.reads, variables))

    def _checked(self, reads: Sequence[Read], variables: Variables) -> int | None:
        """The records asked for; None where that must be counted for each request."""
        check_conditions(reads, self._settings)
        return None if depends_on_variables(reads) else check_cost(reads, variables, self._settings)


def _ready(field: Write | Saying | Known) -> WriteField | SayField | Known:
    match field:
        case Write():
            return ready(field)
        case Saying():
            return ready_to_say(field)
        case Known():
            return field


def _decided(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _read(readers: Mapping[str, Coerce], given: Mapping[str, Any]) -> Variables | None:
    """The short way for the common case; None where graphql-core must look: null, absent, refused."""
    values = {}
    for name, read in readers.items():
        value = given.get(name)
        if value is None:
            return None
        try:
            values[name] = read(value)
        except (Misfit, GraphQLError, RecursionError):
            return None
    return values


def _is_plain(kind: GraphQLInputType) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLScalarType)


def _deciding_variables(document: Document) -> set[str]:
    """The variables whose values change the plan: those that @skip, @include, `withDeleted` and `objects` ask."""
    finder = _Deciding()
    visit(document.node, finder)
    return finder.found


class _Deciding(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_directive(self, node: Any, *_: Any) -> None:
        self._ask(node.arguments or ())

    def enter_field(self, node: Any, *_: Any) -> None:
        self._ask(each for each in node.arguments or () if each.name.value in DECIDING)

    def _ask(self, arguments: Iterable[Any]) -> None:
        for each in arguments:
            values = each.value.values if isinstance(each.value, ListValueNode) else (each.value,)
            self.found.update(value.name.value for value in values if isinstance(value, VariableNode))
