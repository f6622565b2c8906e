"""What `distinctOn` makes of the order of a list."""

from collections.abc import Sequence

from armature.core.errors import BadUserInput
from armature.metadata.names import snake_case
from armature.schema_builder.compile.plan.orders import Order
from armature.schema_builder.compile.reading import Given
from armature.schema_builder.types.orders import is_orderable
from armature.schema_builder.view import ObjectView


class NotDistinguishable(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"distinctOn can't take {name}: it has no order.",
            hint="Name fields that a list can be ordered by.",
            field=name,
        )


class OrderedOtherwise(BadUserInput):
    def __init__(self, names: Sequence[str]) -> None:
        wanted = ", ".join(snake_case(each).upper() for each in names)
        super().__init__(
            f"orderBy must begin with the fields of distinctOn: {wanted}.",
            hint="What follows them says which record of each value is shown.",
            field="orderBy",
        )


def distinct_orders(of: ObjectView, given: Given, orders: tuple[Order, ...]) -> tuple[tuple[Order, ...], int]:
    """The order of a list, and by how many of its first keys records are told apart; without one it is by these."""
    names = list(dict.fromkeys(given.get("distinctOn") or ()))
    if not names:
        return orders, 0
    for name in names:
        if name not in of.values or not is_orderable(of.values[name]):
            raise NotDistinguishable(name)
    values = [of.values[name] for name in names]
    if not orders:
        return tuple(Order((), each, "ASC") for each in values), len(values)
    if {each.mark[:3] for each in orders[: len(values)]} != {Order((), each, "").mark[:3] for each in values}:
        raise OrderedOtherwise(names)
    return orders, len(values)
