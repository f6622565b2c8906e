"""The types of composites: four for each kind, shared by all fields of it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
)

from armature.metadata.kinds import KINDS, Kind
from armature.metadata.names import composite_type_name
from armature.schema_builder.types.filters import SCALAR_FILTERS, NullCheck
from armature.schema_builder.types.orders import OrderDirection
from armature.schema_builder.types.scalars import SCALARS, is_orderable_scalar, item_of


def _value(kind: Kind) -> GraphQLObjectType:
    return GraphQLObjectType(
        composite_type_name("value", kind.name), {name: GraphQLField(type_) for name, type_ in _part_types(kind)}
    )


def _input(kind: Kind) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(
        composite_type_name("input", kind.name),
        {name: GraphQLInputField(type_) for name, type_ in _part_types(kind)},
        description="In an update, parts that are left out stay as they are.",
    )


def _filter(kind: Kind) -> GraphQLInputObjectType:
    parts = {name: GraphQLInputField(SCALAR_FILTERS[scalar]) for name, scalar in _scalars(kind)}
    is_null = GraphQLInputField(NullCheck, description="Whether any part has a value.")
    return GraphQLInputObjectType(composite_type_name("filter", kind.name), {**parts, "is": is_null})


def _order(kind: Kind) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(
        composite_type_name("order", kind.name),
        {name: GraphQLInputField(OrderDirection) for name, scalar in _scalars(kind) if is_orderable_scalar(scalar)},
        is_one_of=True,
    )


def _part_types(kind: Kind) -> Iterator[tuple[str, Any]]:
    for name, scalar in _scalars(kind):
        item = item_of(scalar)
        yield name, SCALARS[scalar].graphql if item is None else GraphQLList(GraphQLNonNull(SCALARS[item].graphql))


def _scalars(kind: Kind) -> Iterator[tuple[str, str]]:
    for name, part in kind.parts.items():
        scalar = part.kind.scalar(part.settings)
        assert scalar is not None  # noqa: S101  parts are plain
        yield name, scalar


_MAKERS: Mapping[str, Callable[[Kind], GraphQLNamedType]] = {
    "value": _value,
    "input": _input,
    "filter": _filter,
    "order": _order,
}

COMPOSITES: Mapping[str, GraphQLNamedType] = {
    made.name: made for kind in KINDS.values() if kind.parts for made in (make(kind) for make in _MAKERS.values())
}
"""By name."""
