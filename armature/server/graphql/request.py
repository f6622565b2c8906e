"""From what a client sent to an Operation, or to an error that names what is wrong with it.

Bodies are UTF-8 JSON objects (GraphQL over HTTP, section "JSON Encoding"), query strings what WHATWG's URLSearchParams
writes. Members nobody knows are ignored, as the specification asks.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from armature.schema_builder.run.answer import Asked, Operation
from armature.schema_builder.run.stored import HASHED
from armature.server.graphql.failures import (
    AddressTooLong,
    BodyTooLarge,
    Malformed,
    TooManyValues,
    UnsupportedMediaType,
)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
T = TypeVar("T")

LONGEST_REFERENCE = 200
MOST_VALUES = 500_000
"""Commas in a body, which stand between values if not in a text: each value takes ten times its bytes in memory."""
NOTHING: Mapping[str, Any] = {}
NOUNS = {
    "str": "a string",
    "int": "a number",
    "float": "a number",
    "bool": "a boolean",
    "array": "a list",
    "null": "null",
    "object": "an object",
    "object | null": "an object",
    "str | null": "a string",
}

_WRONG_TYPE = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<found>[^`]+)`(?: - at `\$\.?(?P<where>[^`]*)`)?")
_HASH = re.compile(r"[0-9a-fA-F]{64}\Z")
_KEY = re.compile(rb"[\x21-\x7e]{1,255}\Z")
_AT_BYTE = re.compile(r"\(byte (\d+)\)")
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F])"
)


class Sent(msgspec.Struct, rename="camel"):
    """The members of a request."""

    query: str | msgspec.UnsetType = msgspec.UNSET
    document_id: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, msgspec.Raw] | None = None


class PersistedQuery(msgspec.Struct, rename={"digest": "sha256Hash"}):
    """Apollo's protocol: the one extension that is understood."""

    version: int
    digest: str


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


_decode_body = msgspec.json.Decoder(Sent).decode
_decode_persisted = msgspec.json.Decoder(PersistedQuery).decode
_decode_extensions = msgspec.json.Decoder(dict[str, msgspec.Raw] | None).decode
_decode_object = msgspec.json.Decoder(dict[str, Any] | None).decode


def check_values(body: bytes) -> None:
    """Raises TooManyValues: a large body is for large values, not for more of them than a small one has room for."""
    if len(body) > MOST_VALUES and (count := body.count(b",")) > MOST_VALUES:
        raise TooManyValues(limit=MOST_VALUES, actual=count)


async def read_body(receive: Receive, declared: bytes | None, limit: int) -> bytes:
    """All of the body. Raises BodyTooLarge as soon as that is known, ClientGone where it breaks off."""
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge(limit=limit, actual=int(declared))
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge(limit=limit, actual=len(body))
        return body
    return await _read_rest(message, receive, limit)


async def _read_rest(message: MutableMapping[str, Any], receive: Receive, limit: int) -> bytes:
    body = bytearray()
    while message["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge(limit=limit, actual=len(body))
        if not message.get("more_body"):
            return bytes(body)
        message = await receive()
    raise ClientGone


@lru_cache(maxsize=64)
def check_json(content_type: bytes | None) -> None:
    """Raises UnsupportedMediaType. Only JSON: a type a form can send would open the door to cross-site requests."""
    if content_type is None:
        raise UnsupportedMediaType(None)
    name, *parameters = (part.strip().lower() for part in content_type.decode("latin-1").split(";"))
    charsets = [each.partition("=")[2].strip('"') for each in parameters if each.startswith("charset=")]
    if name != "application/json" or any(each not in ("utf-8", "utf8") for each in charsets):
        raise UnsupportedMediaType(content_type.decode("latin-1")[:200])


def operation_in_body(body: bytes) -> Operation:
    """Raises Malformed."""
    sent = _decoded(body, _decode_body, "body")
    if sent.query is not msgspec.UNSET and sent.document_id is None and sent.extensions is None:
        return Operation(sent.query, sent.variables or NOTHING, sent.operation_name or None)
    query = "" if sent.query is msgspec.UNSET else sent.query
    asked = _asked(query, sent.document_id, (sent.extensions or {}).get("persistedQuery"))
    if asked is None and sent.query is msgspec.UNSET:
        raise Malformed('"query" is missing.', field="query")
    return Operation(query, sent.variables or NOTHING, sent.operation_name or None, asked=asked)


def _asked(query: str, document_id: str | None, persisted: msgspec.Raw | None) -> Asked | None:
    """Raises Malformed."""
    if document_id is not None:
        if query or persisted is not None:
            raise Malformed("A documentId stands alone, without a query.", field="documentId")
        if not 1 <= len(document_id) <= LONGEST_REFERENCE or not document_id.isprintable():
            raise Malformed("The documentId is none.", field="documentId")
        return Asked(document_id)
    if persisted is None or bytes(persisted) == b"null":
        return None
    sent = _decoded(bytes(persisted), _decode_persisted, "persistedQuery")
    if sent.version != 1:
        raise Malformed("Only version 1 of persisted queries is known.", field="persistedQuery.version")
    if not _HASH.match(sent.digest):
        raise Malformed("The sha256Hash must be 64 hexadecimal digits.", field="persistedQuery.sha256Hash")
    return Asked(f"{HASHED}{sent.digest.lower()}", is_hash=True)


def idempotency_key(header: bytes | None) -> str | None:
    """As it was sent, with its quotes where it has any. Raises Malformed."""
    if header is None:
        return None
    if not _KEY.match(header):
        raise Malformed("The Idempotency-Key must be 1 to 255 visible ASCII characters.", field="Idempotency-Key")
    return header.decode("ascii")


def operation_in_query(query_string: bytes, limit: int) -> Operation:
    """An operation that may only read. Empty parameters count as absent. Raises Malformed, AddressTooLong."""
    if len(query_string) > limit:
        raise AddressTooLong(limit=limit, actual=len(query_string))
    given = _parameters(query_string)
    query, extensions = given.get("query") or "", given.get("extensions")
    persisted = _decoded(extensions.encode(), _decode_extensions, "extensions") if extensions else None
    asked = _asked(query, given.get("documentId") or None, (persisted or {}).get("persistedQuery"))
    if not query and asked is None:
        raise Malformed('The parameter "query" is missing.', field="query")
    variables, name = _object_parameter(given, "variables"), given.get("operationName") or None
    return Operation(query, variables, name, may_mutate=False, asked=asked)


def _parameters(query_string: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100, separator="&"
        )
    except UnicodeDecodeError as error:
        raise Malformed("The query string is not UTF-8, percent-encoded.") from error
    except ValueError as error:
        raise Malformed("The query string has more than 100 parameters.") from error
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            raise Malformed(f'The parameter "{name[:100]}" is given twice.', field=name[:100])
        given[name] = value
    return given


def _object_parameter(given: Mapping[str, str], name: str) -> Mapping[str, Any]:
    text = given.get(name)
    return (_decoded(text.encode(), _decode_object, name) or NOTHING) if text else NOTHING


def _decoded(data: bytes, decode: Callable[[bytes], T], what: str) -> T:
    """`what` is "body" or the name of a parameter."""
    try:
        return decode(data)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), what) from error
    except msgspec.DecodeError as error:
        raise _no_json(data, str(error), what) from error
    except UnicodeDecodeError as error:
        raise _no_utf8(data, what) from error
    except RecursionError as error:
        raise Malformed(f"The {what} is nested too deeply.") from error


def _misfit(problem: str, what: str) -> Malformed:
    """JSON, but not of the right shape."""
    if "required field" in problem:
        return Malformed('"query" is missing.', field="query")
    found = _WRONG_TYPE.match(problem)
    if found is None:  # a number beyond all bounds
        return Malformed(f"{problem.split(' - at')[0]} in the {what}.")
    where = (found["where"] or "").removesuffix("[...]")
    subject = f'"{where}"' if where else f'"{what}"' if what != "body" else "The body"
    hint = "Send operations one by one." if subject == "The body" and found["found"] == "array" else None
    return Malformed(
        f"{subject} must be {_noun(found['wanted'])}, not {_noun(found['found'])}.", field=where or None, hint=hint
    )


def _noun(name: str) -> str:
    return NOUNS.get(name, name)


def _no_json(data: bytes, problem: str, what: str) -> Malformed:
    subject = "The body" if what == "body" else f'"{what}"'
    if not data:
        return Malformed(f"{subject} is empty.", hint='Send {"query": "…"} as JSON.')
    if _is_utf8(data) and _LONE_SURROGATE.search(data):
        return Malformed(f"{subject} is no text: it has half of a surrogate pair (\\uD800 to \\uDFFF) in a string.")
    at = _AT_BYTE.search(problem)
    if at is None:
        return Malformed(f"{subject} is not JSON: it ends too early.")
    place = int(at[1]) - ("trailing" in problem)  # msgspec points behind the first trailing character
    near = data[place : place + 20].decode("utf-8", "replace")
    return Malformed(f"{subject} is not JSON: unexpected {near!r} at byte {place}.")


def _no_utf8(data: bytes, what: str) -> Malformed:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return Malformed(f"The {what} is not UTF-8: byte {data[error.start]:#04x} at {error.start}.")
    return Malformed(f"The {what} is not UTF-8.")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
