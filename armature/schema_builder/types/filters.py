"""The inputs that narrow a list: one type of operators for each scalar and each choice, one filter for each object."""

from collections.abc import Mapping

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
)

from armature.metadata.model import Field
from armature.metadata.names import choice_type_name, type_name
from armature.schema_builder.types.operators import DESCRIPTIONS, OPERATORS, Takes
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import Entry, ObjectView, Plain, ToMany, ToOne

NullCheck = GraphQLEnumType(
    "NullCheck", {"NULL": "NULL", "NOT_NULL": "NOT_NULL"}, description="Whether there is a value."
)


def operators_input(name: str, value: GraphQLInputType, operators: Mapping[str, Takes]) -> GraphQLInputObjectType:
    """The operators of one kind of value; several at once must all hold."""
    takes: Mapping[Takes, GraphQLInputType] = {
        "one": value,
        "many": GraphQLList(GraphQLNonNull(value)),
        "text": SCALARS["String"].graphql,
        "null": NullCheck,
        "yes": GraphQLBoolean,
    }
    return GraphQLInputObjectType(
        name,
        {each: GraphQLInputField(takes[what], description=DESCRIPTIONS.get(each)) for each, what in operators.items()},
    )


SCALAR_FILTERS: Mapping[str, GraphQLInputObjectType] = {
    name: operators_input(f"{name}FilterInput", scalar.graphql, OPERATORS[name]) for name, scalar in SCALARS.items()
}


def filter_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        own = GraphQLNonNull(types[type_name("filter", of.name)])
        combined: dict[str, GraphQLInputField] = {
            "and": GraphQLInputField(GraphQLList(own), description="All of these hold."),
            "or": GraphQLInputField(GraphQLList(own), description="At least one of these holds."),
            "not": GraphQLInputField(own.of_type, description="This does not hold."),
        }
        return {**{entry.name: _field(types, of, entry) for entry in of.entries.values()}, **combined}

    return GraphQLInputObjectType(
        type_name("filter", of.name), fields, description="Several fields at once must all hold."
    )


def _field(types: Types, of: ObjectView, entry: Entry) -> GraphQLInputField:
    match entry:
        case Plain(scalar="ENUM"):
            return GraphQLInputField(types[choice_type_name("filter", of.name, entry.name)])
        case Plain():
            return GraphQLInputField(SCALAR_FILTERS[entry.scalar])
        case ToOne():
            return GraphQLInputField(types[type_name("filter", entry.target)])
        case ToMany():
            return GraphQLInputField(types[type_name("list_filter", entry.target)])


def list_filter_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    """What a to-many relation to these records is filtered by."""

    def fields() -> dict[str, GraphQLInputField]:
        own = types[type_name("filter", of.name)]
        return {
            "some": GraphQLInputField(own, description="At least one of them matches."),
            "every": GraphQLInputField(own, description="All of them match; so it is where there are none."),
            "none": GraphQLInputField(own, description="None of them matches."),
        }

    return GraphQLInputObjectType(type_name("list_filter", of.name), fields)


def choice_filter_input(types: Types, of: ObjectView, field: Field) -> GraphQLInputObjectType:
    choice = types[choice_type_name("choice", of.name, field.name)]
    return operators_input(choice_type_name("filter", of.name, field.name), choice, OPERATORS["ENUM"])
