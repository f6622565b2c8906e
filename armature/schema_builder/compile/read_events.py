"""The root field `…Events` of a subscription becomes a plan."""

from collections.abc import Mapping, Sequence

from graphql import FieldNode

from armature.metadata.names import composite_type_name, type_name
from armature.schema_builder.compile.plan.events import Actor, Changed, Changes, EventField, Events, Fact, Named
from armature.schema_builder.compile.plan.levels import Rows
from armature.schema_builder.compile.plan.outputs import TypeName
from armature.schema_builder.compile.reading import Given, Reading
from armature.schema_builder.types.events import FieldChange
from armature.schema_builder.view import ObjectView

FACTS = frozenset({"position", "action", "at", "recordId"})


def events(reading: Reading, of: ObjectView, nodes: Sequence[FieldNode], given: Given) -> Events:
    shown = reading.collected(nodes, type_name("change_event", of.name))
    fields = tuple(_field(reading, of, key, each) for key, each in shown.items())
    return Events(of, fields, reading.condition(of, given), given.get("on"), given.get("after"))


def _field(reading: Reading, of: ObjectView, key: str, nodes: Sequence[FieldNode]) -> EventField:
    name = nodes[0].name.value
    if name in FACTS:
        return Fact(key, name)
    match name:
        case "record":
            return Changed(key, Rows(of, reading.outputs(of, nodes)))
        case "changes":
            return Changes(key, _named(reading, nodes, FieldChange.name))
        case "actor":
            return Actor(key, _named(reading, nodes, composite_type_name("value", "ACTOR")))
        case _:
            return TypeName(key, type_name("change_event", of.name))


def _named(reading: Reading, nodes: Sequence[FieldNode], of: str) -> Named:
    found: Mapping[str, Sequence[FieldNode]] = reading.collected(nodes, of)
    return Named(tuple((key, each[0].name.value) for key, each in found.items()), of)
