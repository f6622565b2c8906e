"""An aggregate field becomes a plan."""

from collections.abc import Iterator, Sequence

from graphql import FieldNode

from armature.metadata.aggregates import COUNT, FUNCTIONS
from armature.metadata.names import type_name
from armature.schema_builder.compile.plan.levels import Summary
from armature.schema_builder.compile.plan.orders import Aggregate
from armature.schema_builder.compile.plan.outputs import TypeName
from armature.schema_builder.compile.plan.summaries import Aggregated, AggregatedFields, SummaryField
from armature.schema_builder.compile.reading import Given, Reading
from armature.schema_builder.compile.selection import Collected
from armature.schema_builder.view import ObjectView


def summary(reading: Reading, of: ObjectView, nodes: Sequence[FieldNode], given: Given) -> Summary:
    name = type_name("aggregate", of.name)
    fields = summary_fields(reading, of, name, reading.collected(nodes, name))
    return Summary(of, tuple(fields), reading.condition(of, given), reading.with_deleted(given))


def summary_fields(reading: Reading, of: ObjectView, name: str, fields: Collected) -> Iterator[SummaryField]:
    """`name` is the type that has these fields."""
    for key, nodes in fields.items():
        field = nodes[0].name.value
        if field == COUNT:
            yield Aggregated(key, Aggregate(COUNT))
        elif field in FUNCTIONS:
            yield _results(reading, of, key, nodes)
        else:
            yield TypeName(key, name)


def _results(reading: Reading, of: ObjectView, key: str, nodes: Sequence[FieldNode]) -> AggregatedFields:
    function = nodes[0].name.value
    name = type_name(FUNCTIONS[function], of.name)
    found: list[Aggregated | TypeName] = []
    for each, below in reading.collected(nodes, name).items():
        field = below[0].name.value
        found.append(
            TypeName(each, name) if field == "__typename" else Aggregated(each, Aggregate(function, of.values[field]))
        )
    return AggregatedFields(key, tuple(found))
