"""The GraphQL type of a plain value, in answers and in inputs alike."""

from typing import Any

from graphql import GraphQLList, GraphQLNonNull

from armature.metadata.names import choice_type_name
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import SCALARS, item_of
from armature.schema_builder.view import ObjectView, Plain


def value_type(types: Types, of: ObjectView, entry: Plain) -> Any:
    """Without a `!` at its end. Any: it goes into inputs and into answers."""
    item = item_of(entry.scalar) or entry.scalar
    kind = types[choice_type_name("choice", of.name, entry.name)] if item == "ENUM" else SCALARS[item].graphql
    return kind if item == entry.scalar else GraphQLList(GraphQLNonNull(kind))
