"""A view as a GraphQL schema: the table of every type an object brings, and the lazy schema over it."""

from collections.abc import Callable, Mapping

from graphql import GraphQLNamedType, introspection_types

from armature.metadata.aggregates import HAVING_FITS, ORDERS, RESULTS
from armature.metadata.model import Field
from armature.schema_builder.types.aggregates import (
    aggregate_order_input,
    aggregate_type,
    results_order_input,
    results_type,
)
from armature.schema_builder.types.coercion import Readers
from armature.schema_builder.types.composites import COMPOSITES
from armature.schema_builder.types.directives import DIRECTIVES
from armature.schema_builder.types.events import ChangeAction, FieldChange, change_event_type
from armature.schema_builder.types.field_names import field_name_type
from armature.schema_builder.types.filters import (
    SCALAR_FILTERS,
    VECTOR_FILTER,
    AtPath,
    NullCheck,
    choice_filter_input,
    filter_input,
    list_filter_input,
)
from armature.schema_builder.types.groups import (
    DateGranularity,
    group_by_input,
    group_key_type,
    group_order_input,
    group_type,
    having_input,
    having_values_input,
)
from armature.schema_builder.types.index import Brought, Indexer, Joined, TypeEntry
from armature.schema_builder.types.lazy import LazyObjectType, LazySchema
from armature.schema_builder.types.many import PAGE_INFO, connection_type, edge_type
from armature.schema_builder.types.morphs import morph_filter, morph_input, morph_kind, morph_type
from armature.schema_builder.types.objects import choice_type, record_type
from armature.schema_builder.types.orders import OrderDirection, order_input
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.roots import (
    MUTATIONS,
    QUERIES,
    SCHEMA_VERSION,
    SUBSCRIPTIONS,
    VERSION,
    Root,
    root_fields,
    roots,
)
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.types.search import searching
from armature.schema_builder.types.topics import meeting
from armature.schema_builder.types.vectors import VectorDistance, VectorMetric, VectorNearest, VectorOrder
from armature.schema_builder.types.writes import (
    connect_input,
    create_input,
    mutation_result,
    on_conflict_input,
    to_many_input,
    to_many_update_input,
    to_one_input,
    update_input,
    where_unique_input,
)
from armature.schema_builder.view import ObjectView, View

MAKERS: Mapping[str, Callable[[Types, ObjectView], GraphQLNamedType]] = {
    "record": record_type,
    "filter": filter_input,
    "list_filter": list_filter_input,
    "order": order_input,
    "connection": connection_type,
    "edge": edge_type,
    "aggregate": aggregate_type,
    **{what: results_type(what) for what in RESULTS},
    "aggregate_order": aggregate_order_input,
    "group": group_type,
    "group_key": group_key_type,
    "group_by": group_by_input,
    "group_order": group_order_input,
    "having": having_input,
    **{what: having_values_input(what) for what in HAVING_FITS},
    **{order: results_order_input(order) for order in ORDERS.values()},
    "create": create_input,
    "update": update_input,
    "to_one": to_one_input,
    "to_many": to_many_input,
    "to_many_update": to_many_update_input,
    "connect": connect_input,
    "where_unique": where_unique_input,
    "on_conflict": on_conflict_input,
    "field_name": field_name_type,
    "mutation_result": mutation_result,
    "change_event": change_event_type,
}

FIELD_MAKERS: Mapping[str, Callable[[Types, ObjectView, Field], GraphQLNamedType]] = {
    "choice": lambda _types, of, field: choice_type(of, field),
    "filter": choice_filter_input,
    "morph": morph_type,
    "morph_kind": morph_kind,
    "morph_input": morph_input,
    "morph_filter": morph_filter,
}

INDEXER = Indexer(MAKERS, QUERIES, MUTATIONS, SUBSCRIPTIONS)

SHARED: Mapping[str, GraphQLNamedType] = {
    **{name: scalar.graphql for name, scalar in SCALARS.items()},
    **{each.name: each for each in SCALAR_FILTERS.values()},
    **{each.name: each for each in (VECTOR_FILTER, OrderDirection, NullCheck, AtPath, DateGranularity, PAGE_INFO)},
    **{each.name: each for each in (VectorMetric, VectorDistance, VectorNearest, VectorOrder)},
    **{each.name: each for each in (ChangeAction, FieldChange)},
    **COMPOSITES,
    **introspection_types,
}

SUBSCRIPTION = (
    "Any query as a live query: its result, and a new one each time that it has changed; change events; and topics, "
    "where callers meet."
)


class WorkspaceSchema:
    """The GraphQL schema of a view, with what each root field does."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.readers = Readers()
        found = Brought(view, INDEXER)
        search, topics = searching(view), meeting(view)
        queries = Joined(found.queries, {SCHEMA_VERSION: VERSION}, search.roots)
        self.queries: Mapping[str, Root] = roots(view, queries)
        self.mutations: Mapping[str, Root] = roots(view, found.mutations)
        self.subscriptions: Mapping[str, Root] = roots(view, found.subscriptions)
        query, mutation = LazyObjectType("Query"), LazyObjectType("Mutation")
        subscription = LazyObjectType("Subscription", SUBSCRIPTION)
        has_mutations = topics.mutations or found.mutations
        root_types = {each.name: each for each in (query, subscription, *((mutation,) if has_mutations else ()))}
        self.types = Types(view, Joined(root_types, found.types, SHARED, search.types, topics.types), _made)
        query.fields = root_fields(self.types, queries)
        mutation.fields = root_fields(self.types, Joined(found.mutations, topics.mutations))
        subscription.fields = root_fields(self.types, Joined(queries, found.subscriptions, topics.subscriptions))
        self.graphql = LazySchema(self.types, query, root_types.get("Mutation"), subscription, DIRECTIVES)


def _made(types: Types, entry: TypeEntry) -> GraphQLNamedType:
    of = types.view[entry.object]
    if entry.field is None:
        return MAKERS[entry.what](types, of)
    return FIELD_MAKERS[entry.what](types, of, of.object.visible_fields[entry.field])
