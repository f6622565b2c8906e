"""The names of an object's values as an enum: where a client says which fields are meant."""

from graphql import GraphQLEnumType, GraphQLEnumValue

from armature.metadata.names import snake_case, type_name
from armature.schema_builder.types.registry import Types
from armature.schema_builder.view import Composite, ObjectView, Plain

STRUCTURE = "structure"
"""Marks types whose value is part of a statement's text."""


def field_name_type(_types: Types, of: ObjectView) -> GraphQLEnumType:
    """DOMAIN_NAME stands for domainName, ADDRESS_CITY for a part of address."""
    return GraphQLEnumType(
        type_name("field_name", of.name),
        lambda: {
            snake_case(name).upper(): GraphQLEnumValue(name, description=entry.field.label)
            for name, entry in {**of.entries, **of.values}.items()
            if isinstance(entry, Plain | Composite)
        },
        extensions={STRUCTURE: True},
    )
