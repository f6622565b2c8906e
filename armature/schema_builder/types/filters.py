"""The inputs that narrow a list: one type of operators for each scalar and each choice, one filter for each object."""

from collections.abc import Mapping
from typing import Any

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
from armature.metadata.names import choice_type_name, composite_type_name, morph_type_name, type_name
from armature.metadata.operators import AT_PATH, DESCRIPTIONS, OPERATORS, SEARCH, Takes
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.types.values import value_type
from armature.schema_builder.types.vectors import VectorDistance
from armature.schema_builder.view import Composite, Entry, ObjectView, Plain, ToMany, ToOne

NullCheck = GraphQLEnumType(
    "NullCheck", {"NULL": "NULL", "NOT_NULL": "NOT_NULL"}, description="Whether there is a value."
)


def operators_input(name: str, value: GraphQLInputType, operators: Mapping[str, Takes]) -> GraphQLInputObjectType:
    """The operators of one kind of value; several at once must all hold."""
    return GraphQLInputObjectType(name, lambda: _fields(value, operators))


def _fields(value: GraphQLInputType, operators: Mapping[str, Takes]) -> dict[str, GraphQLInputField]:
    takes: Mapping[Takes, GraphQLInputType] = {
        "one": value,
        "many": GraphQLList(GraphQLNonNull(value)),
        "text": SCALARS["String"].graphql,
        "null": NullCheck,
        "yes": GraphQLBoolean,
        "paths": GraphQLList(GraphQLNonNull(AtPath)),
        "distance": VectorDistance,
    }
    return {
        each: GraphQLInputField(takes[what], description=DESCRIPTIONS.get(each)) for each, what in operators.items()
    }


AtPath = GraphQLInputObjectType(
    "JSONPathFilterInput",
    lambda: {
        "path": GraphQLInputField(
            GraphQLNonNull(GraphQLList(GraphQLNonNull(SCALARS["String"].graphql))),
            description='Keys, and places in lists from 0 on: ["tags", "0"].',
        ),
        **_fields(SCALARS["JSON"].graphql, AT_PATH),
    },
    description="Only values of the same type are less or greater; what looks for text sees numbers as text.",
)

VECTOR_FILTER = operators_input("TSVectorFilterInput", SCALARS["String"].graphql, SEARCH)

SCALAR_FILTERS: Mapping[str, GraphQLInputObjectType] = {
    **{
        name: operators_input(f"{name}FilterInput", scalar.graphql, OPERATORS[name]) for name, scalar in SCALARS.items()
    },
    "[Float]": operators_input(
        "VectorFilterInput", GraphQLList(GraphQLNonNull(SCALARS["Float"].graphql)), OPERATORS["[Float]"]
    ),
    "[String]": operators_input(
        "StringListFilterInput", GraphQLList(GraphQLNonNull(SCALARS["String"].graphql)), OPERATORS["[String]"]
    ),
}
"""By scalar."""


def logic_fields(own: Any) -> dict[str, GraphQLInputField]:
    """What combines filters of one type, which is given as required."""
    return {
        "and": GraphQLInputField(GraphQLList(own), description="All of these hold."),
        "or": GraphQLInputField(GraphQLList(own), description="At least one of these holds."),
        "not": GraphQLInputField(own.of_type, description="This does not hold."),
    }


def filter_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        combined = logic_fields(GraphQLNonNull(types[type_name("filter", of.name)]))
        searched = {name: GraphQLInputField(VECTOR_FILTER) for name in of.vectors}
        morphs = {name: GraphQLInputField(types[morph_type_name("morph_filter", of.name, name)]) for name in of.morphs}
        return {
            **{entry.name: _field(types, of, entry) for entry in of.entries.values()},
            **morphs,
            **searched,
            **combined,
        }

    return GraphQLInputObjectType(
        type_name("filter", of.name), fields, description="Several fields at once must all hold."
    )


def _field(types: Types, of: ObjectView, entry: Entry) -> GraphQLInputField:
    match entry:
        case Plain():
            own = SCALAR_FILTERS.get(entry.scalar)
            return GraphQLInputField(own or types[choice_type_name("filter", of.name, entry.name)])
        case Composite():
            return GraphQLInputField(types[composite_type_name("filter", entry.field.kind)])
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
    entry = of.entries[field.name]
    assert isinstance(entry, Plain)  # noqa: S101  only such have options
    value = value_type(types, of, entry)
    return operators_input(choice_type_name("filter", of.name, field.name), value, OPERATORS[entry.scalar])
