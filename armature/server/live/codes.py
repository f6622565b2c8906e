"""Why the server closes a WebSocket: the codes, most of them the protocol's, with words that fit into a close frame.

Clients such as graphql-ws connect again by themselves after some of them; docs/subscriptions.md tells which.
"""

from enum import IntEnum

from armature.core.errors import ArmatureError, LimitExceeded, Unauthenticated, Unavailable
from armature.server.auth.access_tokens import TokenExpired
from armature.server.graphql.failures import Internal
from armature.server.limits.told import RateLimited

LONGEST_REASON = 123  # bytes (RFC 6455, section 5.5)


class Code(IntEnum):
    GOING_AWAY = 1012
    TRY_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_SLOW = 4413
    TOO_MANY_INITS = 4429
    INTERNAL = 4500


def code_of(error: ArmatureError) -> Code:
    """For a caller who may not connect, or may not stay connected."""
    match error:
        case TokenExpired():
            return Code.FORBIDDEN  # upon which clients get a new token and connect again
        case Unauthenticated():
            return Code.UNAUTHORIZED
        case Unavailable() | LimitExceeded() | RateLimited():
            return Code.TRY_LATER
        case Internal():
            return Code.INTERNAL
        case _:
            return Code.FORBIDDEN


def reason_of(error: ArmatureError) -> str:
    return error.message.encode()[:LONGEST_REASON].decode(errors="ignore")
