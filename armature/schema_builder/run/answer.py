"""What goes into the engine and what comes out: an operation as sent, an answer as bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from graphql import GraphQLError

from armature.core.errors import ArmatureError, ManyErrors
from armature.schema_builder.run.text import Streamed


@dataclass(frozen=True, slots=True)
class Asked:
    """What names an operation: a stored document's id or name, or `sha256:` and the hash of its text.

    `is_hash`: by Apollo's protocol, where the text may come with it.
    """

    document: str
    is_hash: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One GraphQL request, decoded. `may_mutate` is False for GET (GraphQL over HTTP, section "GET").

    Two of one caller with the same `idempotency_key` are the same operation, sent again. `query` is empty where the
    operation is `asked` for by name; `is_stored`: the workspace keeps it, `document` is its name where that is one of
    the stored documents. `resume_after` is the position of the last
    change event that the client has seen.
    """

    query: str
    variables: Mapping[str, Any]
    name: str | None = None
    may_mutate: bool = True
    idempotency_key: str | None = None
    asked: Asked | None = None
    is_stored: bool = False
    document: str | None = None
    resume_after: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole response as JSON. `executed` is False where it was refused before execution began (no `data` then).

    `cost`: how many records it asked for or wrote; `fields`: how many root fields it had. `headers` go with it.
    """

    body: bytes | Streamed
    executed: bool = True
    cost: int = 0
    fields: int = 1
    headers: tuple[tuple[bytes, bytes], ...] = ()


class MutationOverGet(ArmatureError):
    code = "BAD_USER_INPUT"

    def __init__(self) -> None:
        super().__init__("Mutations can't be sent with GET.", hint="Use POST.")


def object_of(fields: Sequence[tuple[str, bytes | None]]) -> bytes:
    """A JSON object of values that are JSON already; response keys are GraphQL names and need no escape."""
    inside = b",".join([b'"%b":%b' % (key.encode(), b"null" if value is None else value) for key, value in fields])
    return b"{%b}" % inside


def formatted(error: GraphQLError) -> list[dict[str, Any]]:
    """The entries of `errors` for one error (GraphQL spec, section "Errors"); ManyErrors makes several."""
    cause = error.original_error
    if isinstance(cause, ManyErrors):
        return [_entry(error, each) for each in cause.errors]
    return [_entry(error, cause if isinstance(cause, ArmatureError) else None)]


def _entry(error: GraphQLError, cause: ArmatureError | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"message": cause.message if cause else error.message}
    if error.locations:
        entry["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path is not None:
        entry["path"] = list(error.path)
    extensions = cause.extensions() if cause else dict(error.extensions or {})
    entry["extensions"] = {"code": "BAD_USER_INPUT", **extensions}
    return entry


def refusal(errors: Sequence[GraphQLError]) -> Answer:
    """An answer that never began: syntax, validation, variables, limits."""
    return Answer(
        msgspec.json.encode({"errors": [entry for each in errors for entry in formatted(each)]}), executed=False
    )
