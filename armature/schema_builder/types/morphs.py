"""The types of one MORPH_RELATION field: what it leads to, and the inputs that set it and filter by it."""

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLUnionType,
)

from armature.metadata.model import Field
from armature.metadata.names import morph_type_name, pascal, type_name
from armature.schema_builder.types.field_names import STRUCTURE
from armature.schema_builder.types.filters import NullCheck
from armature.schema_builder.types.registry import Types
from armature.schema_builder.view import ObjectView


def morph_type(types: Types, of: ObjectView, field: Field) -> GraphQLUnionType:
    """The records that it may lead to."""
    entry = of.morphs[field.name]
    return GraphQLUnionType(
        morph_type_name("morph", of.name, field.name),
        lambda: [types[type_name("record", each.target)] for each in entry.united],
        description=field.label,
    )


def morph_input(types: Types, of: ObjectView, field: Field) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        united = of.morphs[field.name].united
        leading = {
            each.name: GraphQLInputField(types[type_name("to_one", each.target)])
            for each in united
            if each.name in of.writable
        }
        return {"disconnect": GraphQLInputField(GraphQLBoolean, description="true: refer to none."), **leading}

    return GraphQLInputObjectType(
        morph_type_name("morph_input", of.name, field.name),
        fields,
        is_one_of=True,
        description="The one record to refer to. It no longer refers to another.",
    )


def morph_filter(types: Types, of: ObjectView, field: Field) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        kinds = GraphQLList(GraphQLNonNull(types[morph_type_name("morph_kind", of.name, field.name)]))
        return {
            "is": GraphQLInputField(NullCheck, description="Whether it leads to a record."),
            "type": GraphQLInputField(kinds, description="It leads to a record of one of these types."),
            **{
                each.name: GraphQLInputField(types[type_name("filter", each.target)])
                for each in of.morphs[field.name].united
            },
        }

    return GraphQLInputObjectType(
        morph_type_name("morph_filter", of.name, field.name),
        fields,
        description="Several at once must all hold.",
    )


def morph_kind(_types: Types, of: ObjectView, field: Field) -> GraphQLEnumType:
    """By the names that `__typename` has."""
    united = of.morphs[field.name].united
    return GraphQLEnumType(
        morph_type_name("morph_kind", of.name, field.name),
        {pascal(each.target): each.target for each in united},
        extensions={STRUCTURE: True},
    )
