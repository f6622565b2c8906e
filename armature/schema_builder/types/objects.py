"""The type of a record, and of the choices its SELECT fields offer."""

from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)

from armature.metadata.model import Field
from armature.metadata.names import choice_type_name, type_name
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import Entry, ObjectView, Plain, ToMany, ToOne


def record_type(types: Types, of: ObjectView) -> GraphQLObjectType:
    return GraphQLObjectType(
        of.type_name,
        lambda: {entry.name: _field(types, of, entry) for entry in of.entries.values()},
        description=of.object.description or of.object.label_singular,
    )


def _field(types: Types, of: ObjectView, entry: Entry) -> GraphQLField:
    description = entry.field.description or entry.field.label
    match entry:
        case Plain():
            choice = choice_type_name("choice", of.name, entry.name)
            kind: Any = types[choice] if entry.scalar == "ENUM" else SCALARS[entry.scalar].graphql
            return GraphQLField(GraphQLNonNull(kind) if entry.is_required else kind, description=description)
        case ToOne():
            return GraphQLField(types[type_name("record", entry.target)], description=description)
        case ToMany():
            return records_field(types, types.view[entry.target], description)


def records_field(types: Types, of: ObjectView, description: str | None = None) -> GraphQLField:
    """A list of records with the arguments that narrow, order and page it."""
    name = of.type_name
    return GraphQLField(
        GraphQLNonNull(GraphQLList(GraphQLNonNull(types[name]))),
        {
            "filter": GraphQLArgument(types[type_name("filter", of.name)]),
            "orderBy": GraphQLArgument(GraphQLList(GraphQLNonNull(types[type_name("order", of.name)]))),
            "limit": GraphQLArgument(SCALARS["Int"].graphql, description="At most this many records."),
            "offset": GraphQLArgument(SCALARS["Int"].graphql, description="Leave out this many first."),
        },
        description=description,
    )


def choice_type(of: ObjectView, field: Field) -> GraphQLEnumType:
    return GraphQLEnumType(
        choice_type_name("choice", of.name, field.name),
        {option.value: GraphQLEnumValue(option.value, description=option.label) for option in field.options},
        description=field.label,
    )
