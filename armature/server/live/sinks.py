"""Where the results of an operation go, whatever carries them; and its errors, as entries of a response's `errors`."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import structlog
from graphql import GraphQLError

from armature.core.errors import ArmatureError
from armature.core.logs import current_request_id
from armature.schema_builder.run.answer import formatted
from armature.schema_builder.run.operation import Refused
from armature.server.auth.identity import WorkspaceIdentity
from armature.server.graphql.failures import Internal, as_told

log = structlog.get_logger("armature.live")


class Sink(Protocol):
    """One operation of one client. None of these waits; after `fail`, nothing comes any more."""

    @property
    def identity(self) -> WorkspaceIdentity:
        """Who listens; what they may do can change."""
        ...

    def next(self, result: bytes, position: int | None = None) -> None:
        """One execution result, as JSON; of a change event, with its position."""

    def renew(self, result: bytes) -> None:
        """A live query's newest result, which takes the place of the one before, where that still waits."""

    @property
    def is_behind(self) -> bool:
        """Whether one given to `renew` still waits to be sent."""
        ...

    def fail(self, entries: bytes) -> None:
        """A JSON list of errors."""

    async def sent(self) -> None:
        """Returns when nothing waits to be sent. This one waits."""


def entries_of(error: Exception) -> bytes:
    """Of what ends an operation; a bug goes to the log and leaves its request id behind."""
    if isinstance(error, Refused):
        return _entries(error.errors)
    return _entries((_located(told_of(error)),))


def told_of(error: Exception) -> ArmatureError:
    """An error as a client may see it; what is none of its making is logged."""
    told = as_told(error)
    if told is None:
        log.error("an operation failed", exc_info=error)
        told = Internal(current_request_id())
    return told


def _located(error: ArmatureError) -> GraphQLError:
    return GraphQLError(error.message, original_error=error)


def _entries(errors: Sequence[GraphQLError]) -> bytes:
    return msgspec.json.encode([entry for each in errors for entry in formatted(each)])
