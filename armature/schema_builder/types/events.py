"""The types of change events: what happened to a record, as a subscription tells it."""

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)

from armature.metadata.names import composite_type_name, type_name
from armature.schema_builder.types.many import filtered
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import ObjectView

STRING, POSITION = SCALARS["String"].graphql, SCALARS["BigInt"].graphql

STAMP = "updatedBy"
"""Who did it is told to those who see this field of the record."""

ACTIONS = {
    "CREATED": "There is a new record.",
    "UPDATED": "It was changed.",
    "DELETED": "It was put out of sight; `restore…` brings it back.",
    "RESTORED": "It was brought back.",
    "DESTROYED": "It was deleted for good.",
    "ENTERED": "It was changed, and so came into sight: of the caller, or of the filter.",
    "LEFT": "It was changed, and so went out of sight. Nothing else is told of it.",
}

ChangeAction = GraphQLEnumType(
    "ChangeAction",
    {name: GraphQLEnumValue(name, description=description) for name, description in ACTIONS.items()},
    description="What happened to a record.",
)

FieldChange = GraphQLObjectType(
    "FieldChange",
    {
        "field": GraphQLField(GraphQLNonNull(STRING), description="Its name."),
        "before": GraphQLField(SCALARS["JSON"].graphql),
        "after": GraphQLField(SCALARS["JSON"].graphql),
    },
    description="A field's value before and after a change, as answers have it.",
)


def events_field(types: Types, of: ObjectView) -> GraphQLField:
    on = GraphQLArgument(
        GraphQLList(GraphQLNonNull(ChangeAction)), description="Only these; all of them where it is left out."
    )
    after = GraphQLArgument(POSITION, description="Begin with what came after the event with this position.")
    return GraphQLField(
        GraphQLNonNull(types[type_name("change_event", of.name)]),
        {"on": on, **filtered(types, of), "after": after},
        description=f"What happens to {of.object.label_plural}, as it happens: one event a result, in order.",
    )


def change_event_type(types: Types, of: ObjectView) -> GraphQLObjectType:
    return GraphQLObjectType(
        type_name("change_event", of.name),
        lambda: {
            "position": GraphQLField(GraphQLNonNull(POSITION), description="Grows with each event of the workspace."),
            "action": GraphQLField(GraphQLNonNull(ChangeAction)),
            "at": GraphQLField(GraphQLNonNull(SCALARS["DateTime"].graphql)),
            "recordId": GraphQLField(GraphQLNonNull(SCALARS["ID"].graphql)),
            "record": GraphQLField(types[of.type_name], description=RECORD),
            "changes": GraphQLField(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(FieldChange))), description="Of an UPDATED record."
            ),
            **_actor(types, of),
        },
        description="Something happened to a record.",
    )


RECORD = (
    "As it was left by the change, or, where it was deleted or destroyed, as it was before; what it leads to is as it "
    "is now. null where it LEFT."
)


def _actor(types: Types, of: ObjectView) -> dict[str, GraphQLField]:
    if STAMP not in of.entries:
        return {}
    return {"actor": GraphQLField(types[composite_type_name("value", "ACTOR")], description="Who did it.")}
