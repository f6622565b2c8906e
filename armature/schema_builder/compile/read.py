"""A query operation becomes a plan: root fields, and the records below them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import FieldNode, OperationDefinitionNode

from armature.metadata.names import PRESENCE, SAID, SEARCH, composite_type_name, morph_type_name
from armature.schema_builder.compile.conditions import via_of
from armature.schema_builder.compile.distances import distance
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD, Condition
from armature.schema_builder.compile.plan.events import Events
from armature.schema_builder.compile.plan.levels import Level, Link, OneOf, Output, Rows
from armature.schema_builder.compile.plan.outputs import Column, Composed, Measured, TypeName
from armature.schema_builder.compile.plan.reads import Known, Read, Reads
from armature.schema_builder.compile.plan.topics import Meeting
from armature.schema_builder.compile.read_distinct import distinct_orders
from armature.schema_builder.compile.read_duplicates import duplicates
from armature.schema_builder.compile.read_events import events
from armature.schema_builder.compile.read_groups import groups
from armature.schema_builder.compile.read_page import page
from armature.schema_builder.compile.read_search import finds
from armature.schema_builder.compile.read_summary import summary
from armature.schema_builder.compile.read_topics import meeting
from armature.schema_builder.compile.reading import Given, Reading
from armature.schema_builder.compile.selection import Collected, collect
from armature.schema_builder.types.roots import SCHEMA_VERSION
from armature.schema_builder.view import Composite, Morph, ObjectView, Plain, ToMany, ToOne

KNOWN = {"__typename": "typename", "__schema": "introspection", "__type": "introspection", SCHEMA_VERSION: "version"}


@dataclass(frozen=True)
class Reader(Reading):
    """Plans the fields of one operation, at all levels."""

    def query(self, operation: OperationDefinitionNode) -> Reads:
        """Of a query, or of a subscription, which has the fields of queries."""
        type_name = operation.operation.value.capitalize()
        roots = collect([operation.selection_set], type_name, self.fragments, self.variables)
        return Reads(tuple(self._root(key, nodes) for key, nodes in roots.items()))

    def events(self, operation: OperationDefinitionNode) -> tuple[str, Events] | None:
        """What a subscription to change events asks for, with its response key; None of one to a query."""
        roots = collect([operation.selection_set], "Subscription", self.fragments, self.variables)
        ((key, nodes),) = roots.items()
        root = self.schema.subscriptions.get(nodes[0].name.value)
        if root is None:
            return None
        given = self.arguments(self.schema.graphql.subscription_type, nodes[0])
        return key, events(self, root.object, nodes, given)

    def meeting(self, operation: OperationDefinitionNode) -> Meeting | None:
        """What a subscription to a topic asks for; None of another one."""
        roots = collect([operation.selection_set], "Subscription", self.fragments, self.variables)
        ((key, nodes),) = roots.items()
        if nodes[0].name.value not in (PRESENCE, SAID):
            return None
        return meeting(self, key, nodes, self.arguments(self.schema.graphql.subscription_type, nodes[0]))

    def _root(self, key: str, nodes: Sequence[FieldNode]) -> Read | Known:
        name = nodes[0].name.value
        if name in KNOWN:
            return Known(key, KNOWN[name])  # type: ignore[arg-type]
        given = self.arguments(self.schema.graphql.query_type, nodes[0])
        if name == SEARCH:
            return Read(key, finds(self, nodes, given))
        root = self.schema.queries[name]
        if root.does == "duplicates":
            return Read(key, duplicates(self, root.object, nodes, given))
        if root.does in LEVELS:
            return Read(key, LEVELS[root.does](self, root.object, nodes, given))
        where = {"id": given["id"]} if root.does == "one" else given["where"]
        return Read(key, self.one(root.object, nodes, self.unique(root.object, where), given))

    def one(self, of: ObjectView, nodes: Sequence[FieldNode], condition: Condition, given: Given) -> Rows:
        return Rows(of, self.outputs(of, nodes), condition, with_deleted=self.with_deleted(given))

    def outputs(self, of: ObjectView, nodes: Sequence[FieldNode], *unions: str) -> tuple[Output, ...]:
        return self.outputs_of(of, self.collected(nodes, of.type_name, *unions))

    def outputs_of(self, of: ObjectView, fields: Collected) -> tuple[Output, ...]:
        return tuple(self._output(of, key, nodes) for key, nodes in fields.items())

    def _parts(self, entry: Composite, nodes: Sequence[FieldNode]) -> Iterator[Column | TypeName]:
        type_name = composite_type_name("value", entry.field.kind)
        for key, found in self.collected(nodes, type_name).items():
            name = found[0].name.value
            yield TypeName(key, type_name) if name == "__typename" else Column(key, entry.parts[name])

    def _output(self, of: ObjectView, key: str, nodes: Sequence[FieldNode]) -> Output:
        name = nodes[0].name.value
        if name == "__typename":
            return TypeName(key, of.type_name)
        if name in of.morphs:
            morph = of.morphs[name]
            return OneOf(key, tuple(self._united(of, morph, key, each, nodes) for each in morph.united))
        form, entry = of.shown[name]
        match entry:
            case Plain() if form == "distance":
                given = self.arguments(self.type(of.type_name), nodes[0])
                return Measured(key, distance(entry, given))
            case Plain():
                return Column(key, entry)
            case Composite():
                return Composed(key, entry, tuple(self._parts(entry, nodes)))
            case ToOne():
                given = self.arguments(self.type(of.type_name), nodes[0])
                return Link(
                    key, entry.near, entry.far, self.one(self.schema.view[entry.target], nodes, EVERY_RECORD, given)
                )
            case ToMany():
                given = self.arguments(self.type(of.type_name), nodes[0])
                below = LEVELS[form](self, self.schema.view[entry.target], nodes, given)
                return Link(key, entry.near, entry.far, below, via_of(self.schema.view, entry))

    def _united(self, of: ObjectView, morph: Morph, key: str, entry: ToOne, nodes: Sequence[FieldNode]) -> Link:
        target = self.schema.view[entry.target]
        shown = self.outputs(target, nodes, morph_type_name("morph", of.name, morph.name))
        return Link(key, entry.near, entry.far, Rows(target, shown))


def _list(reading: Reading, of: ObjectView, nodes: Sequence[FieldNode], given: Given) -> Rows:
    orders, distinct = distinct_orders(of, given, reading.orders(of, given))
    return Rows(
        of,
        reading.outputs(of, nodes),
        reading.condition(of, given),
        orders,
        reading.limit(given),
        reading.offset(given),
        reading.with_deleted(given),
        distinct,
    )


LEVELS: Mapping[str, Callable[[Reading, ObjectView, Sequence[FieldNode], Given], Level]] = {
    "list": _list,
    "connection": page,
    "aggregate": summary,
    "group_by": groups,
}
"""How many records are shown, by a key of names.ROOTS."""
