"""The scalar types of the data API: how each reads what a client sends, and the SQL type it is bound as.

The values that leave come from PostgreSQL as JSON, so nothing here serializes on the hot path. Built-in names (String,
ID) are ours too: a string without the null byte PostgreSQL can't hold, an id that is a UUID.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

from asyncpg.pgproto import pgproto
from graphql import (
    FloatValueNode,
    GraphQLBoolean,
    GraphQLError,
    GraphQLFloat,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLScalarType,
    IntValueNode,
    StringValueNode,
    Undefined,
    ValueNode,
    print_ast,
)
from sqlalchemy import ARRAY, REAL, BigInteger, Boolean, Date, DateTime, Double, Integer, Numeric, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

MAX_DIGITS = 1_000
BIGINT = range(-(2**63), 2**63)

# Python itself would also read underscores, white space and the digits of all alphabets; of a UUID braces and urn: too.
HEXADECIMAL = re.compile(r"[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}(?:\1[0-9a-fA-F]{4}){2}\1[0-9a-fA-F]{12}\Z")
WHOLE = re.compile(r"[-+]?[0-9]{1,20}\Z")
FRACTIONAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,9})?\Z")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"String cannot represent a non string value: {_shown(value)}")
    if "\x00" in value:
        raise GraphQLError("String cannot hold the null character (U+0000).")
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        raise GraphQLError("String cannot hold a lone surrogate: it is not valid Unicode.") from None
    return value


def _uuid(value: Any) -> UUID:
    if isinstance(value, str) and HEXADECIMAL.match(value):
        return pgproto.UUID(value)  # is a UUID, made in a seventh of the time
    if isinstance(value, UUID):
        return value
    raise GraphQLError(f"{_shown(value)} is not a UUID.")


def _int_literal(node: ValueNode) -> int:
    if isinstance(node, IntValueNode) and not WHOLE.match(node.value):
        raise GraphQLError(f"Int cannot represent {_shown(node.value)}: it does not fit into 32 bits.", node)
    found: int = GraphQLInt.parse_literal(node)
    return found


def _bigint(value: Any) -> int:
    number = int(value) if isinstance(value, str) and WHOLE.match(value) else value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int):
        raise GraphQLError(f"BigInt cannot represent {_shown(value)}.")
    if number not in BIGINT:
        raise GraphQLError(f"BigInt cannot represent {_shown(value)}: it does not fit into 64 bits.")
    return number


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise GraphQLError(f"Decimal cannot represent {_shown(value)}.")
    if isinstance(value, str) and len(value) > MAX_DIGITS:
        raise GraphQLError(f"Decimal can have at most {MAX_DIGITS} digits.")
    text = str(value)
    if not FRACTIONAL.match(text):
        raise GraphQLError(f"Decimal cannot represent {_shown(value)}.")
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise GraphQLError(f"Decimal cannot represent {_shown(value)}.")
    return number


def _date(value: Any) -> date:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError(f"Date cannot represent {_shown(value)}: write it like 2026-11-21.")


def _date_time(value: Any) -> datetime:
    """ISO 8601; without an offset it is UTC."""
    try:
        if isinstance(value, str) and 10 < len(value) <= 40:
            moment = datetime.fromisoformat(value)
            return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError(f"DateTime cannot represent {_shown(value)}: write it like 2026-11-21T09:30:00Z.")


def _json(value: Any, depth: int = 0) -> Any:
    """Of variables that were not given, a list has null in their place, and an object lacks them."""
    if depth > 100:
        raise GraphQLError("JSON may be nested at most 100 levels deep.")
    match value:
        case str():
            return _text(value)
        case float() if not isfinite(value):
            raise GraphQLError(f"JSON cannot represent {_shown(value)}.")
        case list():
            return [None if each is Undefined else _json(each, depth + 1) for each in value]
        case dict():
            return {_text(key): _json(each, depth + 1) for key, each in value.items() if each is not Undefined}
        case _:
            return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


class _OwnScalar(GraphQLScalarType):
    """May take the name of a built-in scalar; graphql-core would refuse it."""

    reserved_types: Mapping[str, GraphQLNamedType] = {}


def _scalar(name: str, parse: Callable[[Any], Any], description: str, *literals: type[ValueNode]) -> GraphQLScalarType:
    """`literals` are the kinds of literal it can be written as in a document; none named: any (JSON)."""

    def parse_literal(node: ValueNode) -> Any:
        if not isinstance(node, literals):
            raise GraphQLError(f"{name} cannot represent {print_ast(node)}.", node)
        try:
            return parse(node.value)  # type: ignore[attr-defined]
        except GraphQLError as error:
            raise GraphQLError(error.message, node) from None

    return _OwnScalar(
        name,
        description=description,
        coerce_input_value=parse,
        coerce_input_literal=parse_literal if literals else None,
    )


INT = _OwnScalar(
    "Int",
    description=GraphQLInt.description,
    coerce_input_value=GraphQLInt.coerce_input_value,
    coerce_input_literal=_int_literal,
)

TEXT = StringValueNode
NUMBERS = (StringValueNode, IntValueNode, FloatValueNode)


@dataclass(frozen=True, slots=True)
class Scalar:
    """`sql` is what binds of this scalar are cast to; `as_text`: it travels as a string, so that no digit is lost."""

    graphql: GraphQLScalarType
    sql: TypeEngine[Any]
    as_text: bool = False


def item_of(scalar: str) -> str | None:
    """What a list is of: String for `[String]`; None for what is no list."""
    return scalar[1:-1] if scalar.startswith("[") else None


def is_orderable_scalar(scalar: str) -> bool:
    return scalar != "JSON" and item_of(scalar) is None


def shown_as(scalar: str) -> TypeEngine[Any] | None:
    """What PostgreSQL must make of it before JSON does; None where JSON has it."""
    if scalar == "[Float]":
        return ARRAY(REAL())
    return Text() if is_shown_as_text(scalar) else None


def is_shown_as_text(scalar: str) -> bool:
    """Whether PostgreSQL must print it before JSON does."""
    return scalar in SCALARS and SCALARS[scalar].as_text


SCALARS: Mapping[str, Scalar] = {
    "String": Scalar(_scalar("String", _text, "Text, UTF-8.", TEXT), Text()),
    "ID": Scalar(_scalar("ID", _uuid, "The id of a record: a UUID.", TEXT), Uuid()),
    "UUID": Scalar(_scalar("UUID", _uuid, "A UUID (RFC 9562).", TEXT), Uuid()),
    "Int": Scalar(INT, Integer()),
    "Float": Scalar(GraphQLFloat, Double()),
    "Boolean": Scalar(GraphQLBoolean, Boolean()),
    "BigInt": Scalar(
        _scalar("BigInt", _bigint, "A 64-bit integer, as a string.", *NUMBERS), BigInteger(), as_text=True
    ),
    "Decimal": Scalar(
        _scalar("Decimal", _decimal, "A decimal number, as a string.", *NUMBERS), Numeric(), as_text=True
    ),
    "Date": Scalar(_scalar("Date", _date, "A date, ISO 8601: 2026-11-21.", TEXT), Date()),
    "DateTime": Scalar(
        _scalar("DateTime", _date_time, "A moment, ISO 8601, UTC: 2026-11-21T09:30:00Z.", TEXT), DateTime(timezone=True)
    ),
    "JSON": Scalar(_scalar("JSON", _json, "Any JSON value."), JSONB()),
}
