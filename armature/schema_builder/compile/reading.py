"""What the fields of one operation are planned with: arguments lifted, filters, orders and limits checked."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLObjectType

from armature.core.errors import BadUserInput, LimitExceeded
from armature.core.settings import Settings, environment_name
from armature.metadata.aggregates import COUNT
from armature.schema_builder.compile.arguments import Lifted, lift_arguments
from armature.schema_builder.compile.binds import Bind, Changed, Constant, Variables
from armature.schema_builder.compile.conditions import compare, condition_of, via_of
from armature.schema_builder.compile.distances import distance
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD, Compare, Condition
from armature.schema_builder.compile.plan.levels import Output
from armature.schema_builder.compile.plan.orders import Aggregate, Order, Step, Total
from armature.schema_builder.compile.selection import Collected, collect
from armature.schema_builder.types.orders import is_vector
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import Composite, ObjectView, Plain, ToMany

Given = Mapping[str, Lifted]
"""The arguments of a field."""


class NotPositive(BadUserInput):
    def __init__(self, name: str, value: int) -> None:
        super().__init__(f"{name} can't be negative: {value}.", field=name)


class OrderIsNull(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f'The order by "{name}" is null.', hint="Leave it out.", field=name)


@dataclass(frozen=True)
class Reading(ABC):
    """`variables` are coerced."""

    schema: WorkspaceSchema
    settings: Settings
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Variables

    @abstractmethod
    def outputs(self, of: ObjectView, nodes: Sequence[FieldNode], *unions: str) -> tuple[Output, ...]:
        """What is selected of a record, seen by itself or in a union."""

    def type(self, name: str) -> GraphQLObjectType:
        found: Any = self.schema.types[name]
        return found  # type: ignore[no-any-return]

    def collected(self, nodes: Sequence[FieldNode], *type_names: str) -> Collected:
        """The fields selected below these, of a type and the union it is seen in."""
        return collect((node.selection_set for node in nodes), type_names, self.fragments, self.variables)

    def arguments(self, of: GraphQLObjectType | None, node: FieldNode) -> dict[str, Lifted]:
        """What was given to a field of this type."""
        assert of is not None  # noqa: S101  validation has seen to it
        if not node.arguments:
            return {}
        field: GraphQLField = of.fields[node.name.value]
        return lift_arguments(field, node, self.variables)

    def unique(self, of: ObjectView, where: Given) -> Compare:
        """The record with this id, or this value of a unique field."""
        (name, value), *_ = where.items()
        if value is None:
            raise BadUserInput(f"{name} can't be null here.", field=name)
        return compare(of.unique_entries[name], "eq", value)

    def condition(self, of: ObjectView, given: Given) -> Condition:
        return condition_of(self.schema.view, of, given["filter"]) if given.get("filter") else EVERY_RECORD

    def with_deleted(self, given: Given) -> bool:
        """Part of the statement's text: operation.py makes a plan for each value of its variable."""
        found: Bind | None = given.get("withDeleted")
        return found is not None and bool(found.read(self.variables))

    def orders(self, of: ObjectView, given: Given) -> tuple[Order, ...]:
        return tuple(self.order(of, each) for each in given.get("orderBy") or ())

    def limit(self, given: Given, name: str = "limit") -> Bind:
        found = given.get(name)
        if found is None:
            return Constant(min(self.settings.default_limit, self.settings.max_limit))
        return _counted(found, lambda value: self._checked_limit(name, value))

    def offset(self, given: Given) -> Bind | None:
        found = given.get("offset")
        return None if found is None else _counted(found, lambda value: _not_negative("offset", value))

    def _checked_limit(self, name: str, value: int) -> int:
        if value > self.settings.max_limit:
            setting = environment_name("max_limit")
            raise LimitExceeded("Records in one list", limit=self.settings.max_limit, actual=value, setting=setting)
        return _not_negative(name, value)

    def order(self, of: ObjectView, given: Given) -> Order:
        """One key of an order by the records' own values, or of what they lead to."""
        (name, value), *_ = given.items()
        _form, entry = of.shown[name]
        if value is None:
            raise OrderIsNull(name)
        if isinstance(entry, Plain):
            return self._by_value(entry, value)
        if isinstance(entry, Composite):
            (part, direction), *_ = value.items()
            if direction is None:
                raise OrderIsNull(f"{name}.{part}")
            return Order((), entry.parts[part], direction)
        target = self.schema.view[entry.target]
        if isinstance(entry, ToMany):
            aggregate, direction = self.aggregate_ordered(target, value)
            via = via_of(self.schema.view, entry)
            return Order((), Total(target, entry.near, entry.far, aggregate, via), direction)
        further = self.order(target, value)
        return replace(further, through=(Step(target, entry.near, entry.far), *further.through))

    def _by_value(self, entry: Plain, given: Any) -> Order:
        if not is_vector(entry):
            return Order((), entry, given)
        if given["nearest"] is None:
            raise OrderIsNull(f"{entry.name}.nearest")
        return Order((), distance(entry, given["nearest"]), "ASC")

    def aggregate_ordered(self, of: ObjectView, given: Given) -> tuple[Aggregate, str]:
        """The aggregate that an order is by, and its direction."""
        (function, value), *_ = given.items()
        if value is not None and function == COUNT:
            return Aggregate(COUNT), value
        (name, direction), *_ = value.items() if value else ((function, None),)
        if direction is None:
            raise OrderIsNull(name)
        return Aggregate(function, of.values[name]), direction


def _counted(given: Bind, check: Callable[[int], int]) -> Bind:
    """A count that is checked now where it is known now, and otherwise when it is read."""
    return Constant(check(given.value)) if isinstance(given, Constant) else Changed(given, check)


def _not_negative(name: str, value: int) -> int:
    if value < 0:
        raise NotPositive(name, value)
    return value
