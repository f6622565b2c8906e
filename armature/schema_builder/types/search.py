"""The root field `search`: records of all objects, those that fit best first."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
)

from armature.metadata.names import SEARCH, type_name
from armature.schema_builder.types.many import INT, STRING, WITH_DELETED
from armature.schema_builder.types.registry import Types, WholeEntry
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import View

RECORD, RESULT, FILTER = "SearchRecord", "SearchResult", "SearchFilterInput"
OBJECTS = "objects"
"""The argument that says which are searched."""


def _record(types: Types) -> GraphQLUnionType:
    return GraphQLUnionType(
        RECORD,
        lambda: [types[each.type_name] for each in types.view.searchable.values()],
        description="A record of any object that is searched.",
    )


def _result(types: Types) -> GraphQLObjectType:
    return GraphQLObjectType(
        RESULT,
        lambda: {
            "score": GraphQLField(
                GraphQLNonNull(SCALARS["Float"].graphql), description="How well it fits: 1 is called just so."
            ),
            "record": GraphQLField(GraphQLNonNull(types[RECORD])),
            "cursor": GraphQLField(GraphQLNonNull(STRING), description="To go on from: see `after`."),
        },
    )


def _filter(types: Types) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(
        FILTER,
        lambda: {name: GraphQLInputField(types[type_name("filter", name)]) for name in types.view.searchable},
        description="By object, what its records must meet beside.",
    )


def _search(types: Types) -> GraphQLField:
    return GraphQLField(
        GraphQLNonNull(GraphQLList(GraphQLNonNull(types[RESULT]))),
        {
            "text": GraphQLArgument(
                GraphQLNonNull(STRING), description='Words, or parts of them; "just so", OR, and - for without.'
            ),
            OBJECTS: GraphQLArgument(
                GraphQLList(GraphQLNonNull(STRING)),
                description="The names of objects, such as company; all by default.",
            ),
            "filter": GraphQLArgument(types[FILTER]),
            "limit": GraphQLArgument(INT, description="At most this many records."),
            "after": GraphQLArgument(STRING, description="Those after the record with this cursor."),
            **WITH_DELETED,
        },
        description="Records in which the text is found, those that fit best first.",
    )


@dataclass(frozen=True, slots=True)
class Searching:
    types: Mapping[str, WholeEntry]
    roots: Mapping[str, WholeEntry]


SEARCHING = Searching(
    {RECORD: WholeEntry(_record), RESULT: WholeEntry(_result), FILTER: WholeEntry(_filter)},
    {SEARCH: WholeEntry(_search)},
)
NOTHING_TO_SEARCH = Searching({}, {})


def searching(view: View) -> Searching:
    """What a schema has because of the search, by name."""
    return SEARCHING if view.has_searchable else NOTHING_TO_SEARCH
