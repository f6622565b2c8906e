"""The inputs that order a list."""

from graphql import GraphQLEnumType, GraphQLInputField, GraphQLInputObjectType

from armature.metadata.names import type_name
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import item_of
from armature.schema_builder.view import Entry, ObjectView, Plain, ToOne

OrderDirection = GraphQLEnumType(
    "OrderDirection",
    {
        name: name
        for name in ("ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC_NULLS_FIRST", "DESC_NULLS_LAST")
    },
    description="Without NULLS_…, records without a value come last in ascending order and first in descending order.",
)


def is_orderable(entry: Entry) -> bool:
    if isinstance(entry, Plain):
        return entry.scalar != "JSON" and item_of(entry.scalar) is None
    return isinstance(entry, ToOne)


def order_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        return {
            name: GraphQLInputField(
                types[type_name("order", entry.target)] if isinstance(entry, ToOne) else OrderDirection
            )
            for name, entry in of.entries.items()
            if is_orderable(entry)
        }

    return GraphQLInputObjectType(
        type_name("order", of.name),
        fields,
        is_one_of=True,
        description="One key of the order; a list of them orders by the first, then the second, … and last by `id`.",
    )
