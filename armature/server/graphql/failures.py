"""Errors as HTTP: which status each has, and the GraphQL body that says what went wrong.

The only place that knows statuses. Two tables: errors of the transport have one status for every client; for the rest
it depends on the media type, since application/json promises 200 to every well-formed request that GraphQL refused.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import asyncpg
import msgspec
import structlog
from redis.exceptions import ConnectionError as RedisUnreachable
from redis.exceptions import TimeoutError as RedisTimeout

from armature.core.db import UNREACHABLE
from armature.core.errors import ArmatureError, BadUserInput, Forbidden, LimitExceeded, ManyErrors, Unavailable
from armature.schema_builder.run.answer import MutationOverGet
from armature.schema_builder.run.once import KeyReused, StillRunning
from armature.server.graphql.accept import Header, Media
from armature.server.graphql.documents import PersistedQueryNotFound, PersistedQueryNotSupported
from armature.server.limits.told import RateLimited

log = structlog.get_logger("armature.failures")


LONGEST_OF_STRANGERS = 1_048_576
"""Bytes of a body; others have what the setting says."""


class NotAcceptable(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "Nothing the Accept header lists can be given.",
            hint="Accept application/graphql-response+json or application/json.",
        )


class MethodNotAllowed(BadUserInput):
    def __init__(self, method: str) -> None:
        super().__init__(f"{method} means nothing here.", hint="Use POST, or GET for queries.")


class UnsupportedMediaType(BadUserInput):
    def __init__(self, found: str | None) -> None:
        given = f"Content-Type {found!r} is not read here." if found else "The Content-Type header is missing."
        super().__init__(given, hint="Send the operation as JSON with Content-Type: application/json.")


class UnsupportedEncoding(BadUserInput):
    def __init__(self, found: str) -> None:
        super().__init__(f"Content-Encoding {found!r} is not read here.", hint="Send the body as it is.")


class Malformed(BadUserInput):
    """The request is no GraphQL request at all; `message` names what is wrong."""


class BodyTooLarge(LimitExceeded):
    def __init__(self, *, limit: int, actual: int) -> None:
        super().__init__("Bytes in the body", limit=limit, actual=actual, setting="ARMATURE_MAX_BODY_SIZE")
        self.hint = f"{self.hint} Who has not signed in may send {LONGEST_OF_STRANGERS:,} at most."


class TooManyValues(ArmatureError):
    """They take time and memory by their number, more than by their size. No setting raises this."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, *, limit: int, actual: int) -> None:
        super().__init__(
            f"The body has about {actual:,} values in it; at most {limit:,} fit.", hint="Send several requests."
        )


class AddressTooLong(LimitExceeded):
    def __init__(self, *, limit: int, actual: int) -> None:
        super().__init__("Bytes in the query string", limit=limit, actual=actual, setting="ARMATURE_MAX_BODY_SIZE")


class BodyTooSlow(BadUserInput):
    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The body did not arrive within {seconds:g} s.", hint="Send it faster, or raise ARMATURE_REQUEST_TIMEOUT."
        )


class CrossSite(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "A page of another site may not send this: it could have been sent without its user's knowledge (CSRF).",
            hint="Use POST with Content-Type: application/json, or send a header Apollo-Require-Preflight: true. "
            "ARMATURE_CORS_ORIGINS lists the sites whose pages may call.",
        )


class NullByte(BadUserInput):
    def __init__(self) -> None:
        super().__init__("A text has a null byte in it, which PostgreSQL has no room for.", hint="Leave it out.")


class Statuses(NamedTuple):
    graphql: int
    json: int


BY_CODE: Mapping[str, Statuses] = MappingProxyType(
    {
        "BAD_USER_INPUT": Statuses(400, 200),
        "UNAUTHENTICATED": Statuses(401, 401),
        "FORBIDDEN": Statuses(403, 403),
        "NOT_FOUND": Statuses(404, 200),
        "CONFLICT": Statuses(409, 200),
        "LIMIT_EXCEEDED": Statuses(400, 200),
        "SCHEMA_CHANGED": Statuses(409, 200),
        "TIMEOUT": Statuses(504, 504),
        "EVENTS_GONE": Statuses(410, 200),
        "UNAVAILABLE": Statuses(503, 503),
        "INTERNAL": Statuses(500, 500),
    }
)

OF_TRANSPORT: Mapping[type[ArmatureError], int] = MappingProxyType(
    {
        Malformed: 400,
        CrossSite: 403,
        MethodNotAllowed: 405,
        MutationOverGet: 405,
        NotAcceptable: 406,
        BodyTooSlow: 408,
        BodyTooLarge: 413,
        AddressTooLong: 414,
        UnsupportedMediaType: 415,
        UnsupportedEncoding: 415,
        KeyReused: 422,
        StillRunning: 409,
        RateLimited: 429,
        PersistedQueryNotFound: 200,
        PersistedQueryNotSupported: 200,
    }
)

HEADERS: Mapping[int, Header] = MappingProxyType(
    {
        401: (b"www-authenticate", b"Bearer"),
        408: (b"connection", b"close"),
        503: (b"retry-after", b"1"),
    }
)

ALLOWED: Mapping[type[ArmatureError], Header] = MappingProxyType(
    {
        MethodNotAllowed: (b"allow", b"GET, HEAD, POST, OPTIONS"),
        MutationOverGet: (b"allow", b"POST"),
    }
)


class Internal(ArmatureError):
    """What a client learns of a bug. The log has the rest, under the same id."""

    code = "INTERNAL"

    def __init__(self, request_id: str | None) -> None:
        super().__init__(
            "Something went wrong inside the server.", hint="Whoever runs it finds the cause in its log by requestId."
        )
        self.request_id = request_id

    def extensions(self) -> dict[str, Any]:
        return {**super().extensions(), "requestId": self.request_id}


def status_of(error: ArmatureError, media: Media) -> int:
    known = OF_TRANSPORT.get(type(error))
    if known is not None:
        return known
    statuses = BY_CODE[error.code]
    return statuses.graphql if media.tells_statuses else statuses.json


def headers_of(error: ArmatureError, status: int) -> tuple[Header, ...]:
    """What HTTP asks for beside a status: Allow, WWW-Authenticate and the like."""
    limited = error.headers if isinstance(error, RateLimited) else ()
    found = (HEADERS.get(status), ALLOWED.get(type(error)), *limited)
    return tuple(each for each in found if each is not None)


def body_of(error: ArmatureError) -> bytes:
    """A GraphQL response with `errors` and no `data`."""
    errors = error.errors if isinstance(error, ManyErrors) else (error,)
    return msgspec.json.encode(
        {"errors": [{"message": each.message, "extensions": each.extensions()} for each in errors]}
    )


def as_told(error: BaseException) -> ArmatureError | None:
    """An error as a client may see it; None for a bug. That a server we need is away is told, and logged."""
    if isinstance(error, ArmatureError):
        return error
    if isinstance(error, asyncpg.CharacterNotInRepertoireError):
        return NullByte()
    if isinstance(error, (*UNREACHABLE, asyncpg.InterfaceError, RedisUnreachable, RedisTimeout)):
        log.warning("a server behind this one can't be reached", cause=repr(error))
        return Unavailable("A server behind this one can't be reached just now.", hint="Try again in a moment.")
    return None
