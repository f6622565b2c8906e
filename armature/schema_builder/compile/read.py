"""A query operation becomes a plan: fields collected, arguments lifted, limits checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLObjectType, OperationDefinitionNode

from armature.core.errors import BadUserInput, LimitExceeded
from armature.core.settings import Settings, environment_name
from armature.schema_builder.compile.arguments import Lifted, lift_arguments
from armature.schema_builder.compile.binds import Bind, Changed, Constant, Variables
from armature.schema_builder.compile.conditions import condition_of
from armature.schema_builder.compile.plan import (
    All,
    Column,
    Compare,
    Condition,
    Known,
    Link,
    Order,
    Output,
    Read,
    Reads,
    Rows,
    Step,
    TypeName,
)
from armature.schema_builder.compile.selection import Collected, collect
from armature.schema_builder.types.roots import SCHEMA_VERSION
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import ObjectView, Plain, ToMany, ToOne


class NotPositive(BadUserInput):
    def __init__(self, name: str, value: int) -> None:
        super().__init__(f"{name} can't be negative: {value}.", field=name)


KNOWN = {"__typename": "typename", "__schema": "introspection", "__type": "introspection", SCHEMA_VERSION: "version"}


@dataclass(frozen=True)
class Reader:
    """What the fields of one operation are planned with; `variables` are coerced."""

    schema: WorkspaceSchema
    settings: Settings
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Variables

    def query(self, operation: OperationDefinitionNode) -> Reads:
        roots = collect([operation.selection_set], "Query", self.fragments, self.variables)
        return Reads(tuple(self._root(key, nodes) for key, nodes in roots.items()))

    def _root(self, key: str, nodes: Sequence[FieldNode]) -> Read | Known:
        name = nodes[0].name.value
        if name in KNOWN:
            return Known(key, KNOWN[name])  # type: ignore[arg-type]
        root = self.schema.queries[name]
        given = self.arguments(self.schema.graphql.query_type, nodes[0])
        if root.does == "list":
            return Read(key, self.list(root.object, nodes, given))
        where = {"id": given["id"]} if root.does == "one" else given["where"]
        return Read(key, self.one(root.object, nodes, self.unique(root.object, where)))

    def arguments(self, of: GraphQLObjectType | None, node: FieldNode) -> dict[str, Lifted]:
        """What was given to a field of this type."""
        assert of is not None  # noqa: S101  validation has seen to it
        if not node.arguments:
            return {}
        field: GraphQLField = of.fields[node.name.value]
        return lift_arguments(field, node, self.variables)

    def unique(self, of: ObjectView, where: Mapping[str, Lifted]) -> Compare:
        """The record with this id, or this value of a unique field."""
        (name, value), *_ = where.items()
        if value is None:
            raise BadUserInput(f"{name} can't be null here.", field=name)
        return Compare(of.unique_entries[name], "eq", value)

    def one(self, of: ObjectView, nodes: Sequence[FieldNode], condition: Condition) -> Rows:
        return Rows(of, self.outputs(of, nodes), condition)

    def list(self, of: ObjectView, nodes: Sequence[FieldNode], given: Mapping[str, Lifted]) -> Rows:
        condition = condition_of(self.schema.view, of, given["filter"]) if given.get("filter") else All(())
        offset = given.get("offset")
        return Rows(
            of,
            self.outputs(of, nodes),
            condition,
            tuple(self._order(of, each) for each in given.get("orderBy") or ()),
            self._limit(given.get("limit")),
            None if offset is None else _counted(offset, lambda value: _not_negative("offset", value)),
        )

    def _limit(self, given: Bind | None) -> Bind:
        if given is None:
            return Constant(min(self.settings.default_limit, self.settings.max_limit))
        return _counted(given, self._checked_limit)

    def _checked_limit(self, value: int) -> int:
        if value > self.settings.max_limit:
            setting = environment_name("max_limit")
            raise LimitExceeded("Records in one list", limit=self.settings.max_limit, actual=value, setting=setting)
        return _not_negative("limit", value)

    def _order(self, of: ObjectView, given: Mapping[str, Lifted]) -> Order:
        (name, value), *_ = given.items()
        entry = of.entries[name]
        if value is None:
            raise BadUserInput(f'The order by "{name}" is null.', hint="Leave it out.", field=name)
        if isinstance(entry, Plain):
            return Order((), entry, value)
        assert isinstance(entry, ToOne)  # noqa: S101  no other is orderable
        target = self.schema.view[entry.target]
        further = self._order(target, value)
        return replace(further, through=(Step(target, entry.near, entry.far), *further.through))

    def outputs(self, of: ObjectView, nodes: Sequence[FieldNode]) -> tuple[Output, ...]:
        fields = collect((node.selection_set for node in nodes), of.type_name, self.fragments, self.variables)
        return self.outputs_of(of, fields)

    def outputs_of(self, of: ObjectView, fields: Collected) -> tuple[Output, ...]:
        return tuple(self._output(of, key, nodes) for key, nodes in fields.items())

    def _output(self, of: ObjectView, key: str, nodes: Sequence[FieldNode]) -> Output:
        name = nodes[0].name.value
        if name == "__typename":
            return TypeName(key, of.type_name)
        entry = of.entries[name]
        match entry:
            case Plain():
                return Column(key, entry)
            case ToOne():
                return Link(key, entry.near, entry.far, self.one(self.schema.view[entry.target], nodes, All(())))
            case ToMany():
                given = self.arguments(self._type(of), nodes[0])
                return Link(key, entry.near, entry.far, self.list(self.schema.view[entry.target], nodes, given))

    def _type(self, of: ObjectView) -> GraphQLObjectType:
        found: Any = self.schema.types[of.type_name]
        return found  # type: ignore[no-any-return]


def _counted(given: Bind, check: Callable[[int], int]) -> Bind:
    """A count that is checked now where it is known now, and otherwise when it is read."""
    return Constant(check(given.value)) if isinstance(given, Constant) else Changed(given, check)


def _not_negative(name: str, value: int) -> int:
    if value < 0:
        raise NotPositive(name, value)
    return value
