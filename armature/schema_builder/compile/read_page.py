"""A connection field becomes a plan."""

from collections.abc import Sequence

from graphql import FieldNode

from armature.core.errors import BadUserInput
from armature.metadata.names import type_name
from armature.schema_builder.compile.plan.levels import (
    Cursor,
    Edges,
    Node,
    Nodes,
    Page,
    PageFact,
    PageField,
    PageInfo,
    TotalCount,
)
from armature.schema_builder.compile.plan.orders import Order
from armature.schema_builder.compile.plan.outputs import TypeName
from armature.schema_builder.compile.reading import Given, Reading
from armature.schema_builder.view import ObjectView


class FirstAndLast(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "Both first and last are given.", hint="Give first to go forward, last to go backward.", field="last"
        )


def page(reading: Reading, of: ObjectView, nodes: Sequence[FieldNode], given: Given) -> Page:
    is_backward = given.get("last") is not None
    if is_backward and given.get("first") is not None:
        raise FirstAndLast
    fields = reading.collected(nodes, type_name("connection", of.name))
    return Page(
        of,
        tuple(_field(reading, of, key, each) for key, each in fields.items()),
        _total(of, reading.orders(of, given)),
        reading.limit(given, "last" if is_backward else "first"),
        reading.condition(of, given),
        given.get("after"),
        given.get("before"),
        is_backward,
        reading.with_deleted(given),
    )


def _total(of: ObjectView, orders: Sequence[Order]) -> tuple[Order, ...]:
    """Made total by the id; what comes after it does not count."""
    kept: list[Order] = []
    for each in (*orders, Order((), of.unique_entries["id"], "ASC")):
        kept.append(each)
        if each.is_by_id:
            break
    return tuple(kept)


def _field(reading: Reading, of: ObjectView, key: str, nodes: Sequence[FieldNode]) -> PageField:
    match nodes[0].name.value:
        case "edges":
            parts = reading.collected(nodes, type_name("edge", of.name)).items()
            return Edges(key, tuple(_edge(reading, of, part, each) for part, each in parts))
        case "nodes":
            return Nodes(key, reading.outputs(of, nodes))
        case "pageInfo":
            facts = reading.collected(nodes, "PageInfo").items()
            return PageInfo(key, tuple(_fact(fact, each) for fact, each in facts))
        case "totalCount":
            return TotalCount(key)
        case _:
            return TypeName(key, type_name("connection", of.name))


def _edge(reading: Reading, of: ObjectView, key: str, nodes: Sequence[FieldNode]) -> Cursor | Node | TypeName:
    match nodes[0].name.value:
        case "cursor":
            return Cursor(key)
        case "node":
            return Node(key, reading.outputs(of, nodes))
        case _:
            return TypeName(key, type_name("edge", of.name))


def _fact(key: str, nodes: Sequence[FieldNode]) -> PageFact | TypeName:
    what = nodes[0].name.value
    return TypeName(key, "PageInfo") if what == "__typename" else PageFact(key, what)
