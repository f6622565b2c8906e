"""The fields that show many records: a list, a connection, each with the arguments that narrow and order it."""

from collections.abc import Callable, Mapping

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)

from armature.metadata.names import type_name
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import ObjectView

Arguments = dict[str, GraphQLArgument]

WITH_DELETED: Arguments = {
    "withDeleted": GraphQLArgument(GraphQLBoolean, description="Deleted records too, at this level.")
}
STRING, INT = SCALARS["String"].graphql, SCALARS["Int"].graphql

PAGE_INFO = GraphQLObjectType(
    "PageInfo",
    {
        "hasNextPage": GraphQLField(GraphQLNonNull(GraphQLBoolean), description="Whether records come after the page."),
        "hasPreviousPage": GraphQLField(GraphQLNonNull(GraphQLBoolean), description="Whether records come before it."),
        "startCursor": GraphQLField(STRING, description="The cursor of its first record."),
        "endCursor": GraphQLField(STRING, description="The cursor of its last record."),
    },
)


def filtered(types: Types, of: ObjectView) -> Arguments:
    return {"filter": GraphQLArgument(types[type_name("filter", of.name)])}


def _ordered(types: Types, of: ObjectView) -> Arguments:
    return {"orderBy": GraphQLArgument(GraphQLList(GraphQLNonNull(types[type_name("order", of.name)])))}


def list_field(types: Types, of: ObjectView, description: str | None) -> GraphQLField:
    names = GraphQLList(GraphQLNonNull(types[type_name("field_name", of.name)]))
    return GraphQLField(
        GraphQLNonNull(GraphQLList(GraphQLNonNull(types[of.type_name]))),
        {
            **filtered(types, of),
            **_ordered(types, of),
            "limit": GraphQLArgument(INT, description="At most this many records."),
            "offset": GraphQLArgument(INT, description="Leave out this many first."),
            "distinctOn": GraphQLArgument(names, description="Of records with the same values, only the first."),
            **WITH_DELETED,
        },
        description=description,
    )


def connection_field(types: Types, of: ObjectView, description: str | None) -> GraphQLField:
    """Relay's Cursor Connections Specification."""
    return GraphQLField(
        GraphQLNonNull(types[type_name("connection", of.name)]),
        {
            **filtered(types, of),
            **_ordered(types, of),
            "first": GraphQLArgument(INT, description="At most this many records, from the first on."),
            "after": GraphQLArgument(STRING, description="Those after this cursor."),
            "last": GraphQLArgument(INT, description="At most this many records, up to the last."),
            "before": GraphQLArgument(STRING, description="Those before this cursor."),
            **WITH_DELETED,
        },
        description=description,
    )


def aggregate_field(types: Types, of: ObjectView, description: str | None) -> GraphQLField:
    return GraphQLField(
        GraphQLNonNull(types[type_name("aggregate", of.name)]),
        {**filtered(types, of), **WITH_DELETED},
        description=description,
    )


def connection_type(types: Types, of: ObjectView) -> GraphQLObjectType:
    def fields() -> dict[str, GraphQLField]:
        edge, record = GraphQLNonNull(types[type_name("edge", of.name)]), GraphQLNonNull(types[of.type_name])
        return {
            "edges": GraphQLField(GraphQLNonNull(GraphQLList(edge))),
            "nodes": GraphQLField(GraphQLNonNull(GraphQLList(record)), description="The records without cursors."),
            "pageInfo": GraphQLField(GraphQLNonNull(PAGE_INFO)),
            "totalCount": GraphQLField(GraphQLNonNull(INT), description="How many there are on all pages."),
        }

    return GraphQLObjectType(type_name("connection", of.name), fields)


def edge_type(types: Types, of: ObjectView) -> GraphQLObjectType:
    return GraphQLObjectType(
        type_name("edge", of.name),
        lambda: {
            "cursor": GraphQLField(GraphQLNonNull(STRING), description="Where the record stands in the order."),
            "node": GraphQLField(GraphQLNonNull(types[of.type_name])),
        },
    )


MANY: Mapping[str, Callable[[Types, ObjectView, str | None], GraphQLField]] = {
    "list": list_field,
    "connection": connection_field,
    "aggregate": aggregate_field,
}
"""By a key of names.ROOTS."""
