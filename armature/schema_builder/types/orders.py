"""The inputs that order a list."""

from graphql import GraphQLEnumType, GraphQLInputField, GraphQLInputObjectType, GraphQLInputType

from armature.metadata.names import composite_type_name, type_name
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import is_orderable_scalar
from armature.schema_builder.types.vectors import VectorOrder
from armature.schema_builder.view import Composite, Entry, ObjectView, Plain, ToMany, ToOne

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
        return is_orderable_scalar(entry.scalar)
    return isinstance(entry, Composite | ToOne)


def is_vector(entry: Entry) -> bool:
    """Whether it is ordered by how far it is from another one."""
    return isinstance(entry, Plain) and entry.scalar == "[Float]"


def _kind(types: Types, entry: Entry) -> GraphQLInputType:
    match entry:
        case Plain():
            return VectorOrder if is_vector(entry) else OrderDirection
        case Composite():
            return types[composite_type_name("order", entry.field.kind)]  # type: ignore[no-any-return]
        case ToOne():
            return types[type_name("order", entry.target)]  # type: ignore[no-any-return]
        case ToMany():
            return types[type_name("aggregate_order", entry.target)]  # type: ignore[no-any-return]


def order_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        return {
            name: GraphQLInputField(_kind(types, entry))
            for name, (form, entry) in of.shown.items()
            if form == "aggregate" or (form == "list" and (is_orderable(entry) or is_vector(entry)))
        }

    return GraphQLInputObjectType(
        type_name("order", of.name),
        fields,
        is_one_of=True,
        description="One key of the order; a list of them orders by the first, then the second, … and last by `id`.",
    )
