"""Cursors: where in an order a record stands. PostgreSQL writes them, we read them back as values.

A cursor is base64url of a JSON list: the order's fingerprint, then the record's values as JSON has them (exactly: big
numbers as texts), the id last. Whoever forges one can ask for what a filter could ask for, and no more.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from math import nan
from typing import Any

import msgspec
from graphql import GraphQLError
from sqlalchemy import Integer, Text, cast, func, literal_column
from sqlalchemy.types import TypeEngine

from armature.core.errors import BadUserInput
from armature.schema_builder.compile.binds import Bind, Changed
from armature.schema_builder.compile.comparisons import sql_type
from armature.schema_builder.compile.plan.levels import Page
from armature.schema_builder.compile.plan.orders import Order
from armature.schema_builder.compile.statement import Key, Sql
from armature.schema_builder.types.scalars import SCALARS, is_shown_as_text

FLIPPED: Mapping[str, str] = {
    "ASC": "DESC",
    "DESC": "ASC",
    "ASC_NULLS_FIRST": "DESC_NULLS_LAST",
    "ASC_NULLS_LAST": "DESC_NULLS_FIRST",
    "DESC_NULLS_FIRST": "ASC_NULLS_LAST",
    "DESC_NULLS_LAST": "ASC_NULLS_FIRST",
}
"""The direction that gives the same order from the other end."""


DECODER = msgspec.json.Decoder(list[str | int | float | bool | None])


class NotACursor(BadUserInput):
    def __init__(self, argument: str) -> None:
        super().__init__(
            f"{argument} is not a cursor.", hint="Take it from pageInfo or edges of an earlier page.", field=argument
        )


class CursorOfAnotherOrder(BadUserInput):
    def __init__(self, argument: str) -> None:
        super().__init__(
            f"{argument} is a cursor of another order.",
            hint="Ask with the orderBy that the cursor came from, or begin anew without it.",
            field=argument,
        )


def fingerprint(page: Page) -> str:
    """Tells the orders of all objects apart; renaming changes none."""
    keys = [each.mark for each in page.orders]
    return blake2b(repr((page.object.object.table, keys)).encode(), digest_size=6).hexdigest()


def cursor_sql(mark: Sql, keys: Sequence[Key], columns: Sequence[Sql]) -> Sql:
    """The cursor of a row that has the keys' values in these columns."""
    values = [
        cast(column, Text) if is_shown_as_text(key.of.scalar) else column
        for key, column in zip(keys, columns, strict=True)
    ]
    return written(mark, *values)


def written(mark: Sql, *values: Sql) -> Sql:
    """A cursor that holds these values; `mark` tells what it can be used with."""
    listed = cast(func.json_build_array(mark, *values), Text)
    encoded = func.encode(func.convert_to(listed, literal_column("'UTF8'")), literal_column("'base64'"))
    return func.translate(encoded, literal_column("E'+/=\\n'"), literal_column("'-_'"))


def bound_as(key: Key) -> TypeEngine[Any]:
    """What a cursor's value is bound as: of a choice, its place."""
    return Integer() if key.of.options else sql_type(key.of.scalar)


def values_read(page: Page, argument: str, cursor: Bind) -> list[Bind]:
    """The values that a cursor holds, one for each key of the page's order."""
    mark = fingerprint(page)

    def reader(at: int, order: Order) -> Bind:
        return Changed(cursor, lambda text: _value(argument, order, held(argument, mark, text, len(page.orders))[at]))

    return [reader(at, order) for at, order in enumerate(page.orders)]


@lru_cache(maxsize=1)
def held(argument: str, mark: str, text: str, count: int) -> Sequence[Any]:
    """The values of a cursor with this mark. Raises NotACursor, CursorOfAnotherOrder.

    Asked for once for each value, and so remembered until the next cursor comes.
    """
    try:
        decoded = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        found = DECODER.decode(decoded)
    except (ValueError, msgspec.MsgspecError):
        raise NotACursor(argument) from None
    if not found or not isinstance(found[0], str):
        raise NotACursor(argument)
    if found[0] != mark or len(found) != 1 + count:
        raise CursorOfAnotherOrder(argument)
    return found[1:]


def _value(argument: str, order: Order, given: Any) -> Any:
    if given is None and order.can_be_null:
        return None
    try:
        if order.value.scalar == "Float" and given == "NaN":
            return nan
        if order.value.scalar == "ENUM":
            return [each.value for each in order.value.options].index(given) + 1
        return SCALARS[order.value.scalar].graphql.coerce_input_value(given)
    except (ValueError, GraphQLError):
        raise NotACursor(argument) from None
