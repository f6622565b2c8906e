"""The type of an aggregate, one below it for each kind of function, and the inputs that order by them."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLField, GraphQLInputField, GraphQLInputObjectType, GraphQLNonNull, GraphQLObjectType

from armature.metadata.aggregates import COUNT, COUNTING, DESCRIPTIONS, FUNCTIONS, ORDERS, RESULTS
from armature.metadata.names import choice_type_name, type_name
from armature.schema_builder.types.orders import OrderDirection
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import ObjectView, Plain

ORDERED = {order: what for what, order in ORDERS.items()}


def aggregate_type(types: Types, of: ObjectView) -> GraphQLObjectType:
    return GraphQLObjectType(type_name("aggregate", of.name), lambda: aggregate_fields(types, of))


def aggregate_fields(types: Types, of: ObjectView) -> dict[str, GraphQLField]:
    found = {COUNT: GraphQLField(GraphQLNonNull(SCALARS["Int"].graphql), description="How many records there are.")}
    for function, what in FUNCTIONS.items():
        if type_name(what, of.name) in types:
            kind = GraphQLNonNull(types[type_name(what, of.name)])
            found[function] = GraphQLField(kind, description=DESCRIPTIONS[function])
    return found


def results_type(what: str) -> Callable[[Types, ObjectView], GraphQLObjectType]:
    """The maker of a type with what a function gives of each value."""
    results = RESULTS[what]
    is_number_always = any(FUNCTIONS[each] == what for each in COUNTING if each != COUNT)

    def made(types: Types, of: ObjectView, entry: Plain) -> GraphQLField:
        scalar = results[entry.scalar]
        choice = choice_type_name("choice", of.name, entry.name)
        kind: Any = types[choice] if scalar == "ENUM" else SCALARS[scalar].graphql
        return GraphQLField(GraphQLNonNull(kind) if is_number_always else kind, description=entry.field.label)

    def make(types: Types, of: ObjectView) -> GraphQLObjectType:
        return GraphQLObjectType(
            type_name(what, of.name),
            lambda: {name: made(types, of, entry) for name, entry in of.values.items() if entry.scalar in results},
        )

    return make


def aggregate_order_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        found = {COUNT: GraphQLInputField(OrderDirection)}
        for function, what in FUNCTIONS.items():
            name = type_name(ORDERS[what], of.name)
            if name in types:
                found[function] = GraphQLInputField(types[name])
        return found

    return GraphQLInputObjectType(type_name("aggregate_order", of.name), fields, is_one_of=True)


def results_order_input(order: str) -> Callable[[Types, ObjectView], GraphQLInputObjectType]:
    """The maker of an input that orders by what a function gives of one value."""
    fitting = RESULTS[ORDERED[order]]

    def make(_types: Types, of: ObjectView) -> GraphQLInputObjectType:
        return GraphQLInputObjectType(
            type_name(order, of.name),
            lambda: {
                name: GraphQLInputField(OrderDirection) for name, entry in of.values.items() if entry.scalar in fitting
            },
            is_one_of=True,
        )

    return make
