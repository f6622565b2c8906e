"""Idempotency keys: a mutation sent twice under one key is executed once and answered twice with the same bytes.

    the first         runs in one transaction that keeps its answer too: both are there, or neither
    again, later      is answered with what was kept
    again, meanwhile  is refused: the first is not decided yet
    another request   under a key that was used is refused

What was refused before it ran is not kept, nor what failed for a reason that passes. After
draft-ietf-httpapi-idempotency-key-header.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, bindparam, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from armature.core.db import Connection, Database, execute, fetch_one, fetch_value
from armature.core.errors import BadUserInput, Conflict, SchemaChanged, TimedOut, Unavailable
from armature.metadata.tables import idempotency_keys as kept
from armature.schema_builder.run.answer import Answer, Operation
from armature.schema_builder.run.failures import GotInTheWay
from armature.schema_builder.run.mutation import Outcome
from armature.schema_builder.run.transactions import Connections, Stepwise

HEADER = "Idempotency-Key"
SWEPT = 100
"""So many answers that are too old are swept when one is kept: more than come, and never many at once."""

PASSING = (GotInTheWay, SchemaChanged, TimedOut, Unavailable)


class KeyReused(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            f"This {HEADER} was used for another request.", hint="Use a new key for each operation.", field=HEADER
        )


class StillRunning(Conflict):
    def __init__(self) -> None:
        super().__init__(
            f"A request with this {HEADER} is still running.", hint="Send it again in a moment.", field=HEADER
        )


@dataclass(frozen=True, slots=True)
class Key:
    """One caller's, in one workspace; `request` tells whether it is the same request again."""

    workspace_id: UUID
    caller: UUID
    text: str
    request: bytes

    @property
    def lock(self) -> int:
        whole = f"{self.workspace_id} {self.caller} {self.text}".encode()
        return int.from_bytes(blake2b(whole, digest_size=8).digest(), signed=True)


def request_of(operation: Operation) -> bytes:
    """Equal for two requests that ask for the same, however their JSON was written."""
    asked = (operation.query, operation.variables, operation.name)
    return blake2b(msgspec.json.encode(asked, order="deterministic"), digest_size=16).digest()


class _Passing(Exception):
    """Ends a transaction that is to leave nothing behind."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


async def once(db: Database, lifetime: float, key: Key, run: Callable[[Connections], Awaitable[Outcome]]) -> Answer:
    """The answer of the first request with this key. Raises KeyReused, StillRunning, and what `run` does."""
    try:
        async with db.transaction() as connection:
            if not await fetch_value(connection, LOCK, lock=key.lock):
                raise StillRunning
            oldest = datetime.now(UTC) - timedelta(seconds=lifetime)
            known = await fetch_one(connection, FIND, **_named(key), oldest=oldest)
            if known is None:
                return await _first(connection, key, oldest, run)
    except _Passing as passing:
        return Outcome(None, passing.outcome.errors).answer
    if known["request"] != key.request:
        raise KeyReused
    return Answer(known["answer"])


async def _first(
    connection: Connection, key: Key, oldest: datetime, run: Callable[[Connections], Awaitable[Outcome]]
) -> Answer:
    outcome = await run(Stepwise(connection))
    if any(isinstance(each.original_error, PASSING) for each in outcome.errors):
        raise _Passing(outcome)
    answer = outcome.answer
    await execute(connection, SWEEP, oldest=oldest)
    await execute(connection, KEEP, **_named(key), request=key.request, answer=answer.body)
    return answer


def _named(key: Key) -> dict[str, UUID | str]:
    return {"workspace_id": key.workspace_id, "caller": key.caller, "key": key.text}


LOCK = select(func.pg_try_advisory_xact_lock(bindparam("lock", type_=BigInteger())))

FIND = select(kept.c.request, kept.c.answer).where(
    kept.c.workspace_id == bindparam("workspace_id"),
    kept.c.caller == bindparam("caller"),
    kept.c.key == bindparam("key"),
    kept.c.created_at > bindparam("oldest"),
)

_OLD = (
    select(kept.c.workspace_id, kept.c.caller, kept.c.key)
    .where(kept.c.created_at <= bindparam("oldest"))
    .limit(SWEPT)
    .with_for_update(skip_locked=True)
    .cte("old")  # asked once: as a part of the condition, it could be asked again for each row, and find others
)
SWEEP = delete(kept).where(tuple_(kept.c.workspace_id, kept.c.caller, kept.c.key).in_(select(_OLD)))

_NEW = insert(kept).values({each: bindparam(each) for each in ("workspace_id", "caller", "key", "request", "answer")})
KEEP = _NEW.on_conflict_do_update(
    index_elements=["workspace_id", "caller", "key"],
    set_={"request": _NEW.excluded.request, "answer": _NEW.excluded.answer, "created_at": func.now()},
)
