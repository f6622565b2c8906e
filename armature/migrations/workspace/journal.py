"""Which changesets there were: who asked for what, and which version came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, func, insert, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSON, JSONB

from armature.core.db import Connection, Rendered, render
from armature.core.errors import Conflict
from armature.core.notices import CHANNEL, encoded
from armature.metadata.changes import Change
from armature.metadata.model import Snapshot
from armature.metadata.store import changed_rows, changed_tables, writes
from armature.metadata.summaries import summary
from armature.metadata.tables import changesets
from armature.metadata.undo import Undo, undo_of
from armature.metadata.written import written


class IdempotencyKeyReused(Conflict):
    def __init__(self, key: str) -> None:
        super().__init__(
            f'The idempotencyKey "{key[:100]}" was used before for other changes.',
            hint="Use a new key for a new changeset.",
            path=("idempotencyKey",),
        )


async def was_made(connection: Connection, workspace_id: UUID, key: str | None, changes: Sequence[Change]) -> bool:
    """Whether the changeset with this key was made before. Raises IdempotencyKeyReused where it had other changes."""
    if key is None:
        return False
    statement = _find_statement()
    made = await connection.fetchval(statement.sql, *statement.arguments({"workspace": workspace_id, "key": key}))
    if made is not None and made != msgspec.json.decode(msgspec.json.encode(written(changes))):
        raise IdempotencyKeyReused(key)
    return made is not None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for a change; nobody on the command line."""

    user_id: UUID | None = None
    api_key_id: UUID | None = None


NOBODY = Actor()


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written down of a changeset: what was asked, in JSON and in words, and what would undo it."""

    changes: Any
    summary: Sequence[str]
    undo: Undo | None
    actor: Actor = NOBODY
    idempotency_key: str | None = None


def entry_of(
    before: Snapshot | None, after: Snapshot, changes: Sequence[Change], actor: Actor, idempotency_key: str | None
) -> Entry:
    snapshots = (after,) if before is None else (before, after)
    undo = None if before is None or before is after else undo_of(before, after)
    return Entry(written(changes), [summary(each, *snapshots) for each in changes], undo, actor, idempotency_key)


Writing = tuple[str, Sequence[Any]]
"""A statement and its arguments."""


def record_of(before: Snapshot | None, after: Snapshot, entry: Entry) -> Writing:
    """What writes down the model and how it came about and, once the transaction commits, tells every process."""
    rows = changed_rows(before, after)
    statement = _record_statement(frozenset(changed_tables(before, rows)))
    values = {
        "workspace": after.workspace_id,
        "version": after.version,
        "rows": msgspec.json.encode(rows),
        "user": entry.actor.user_id,
        "key": entry.actor.api_key_id,
        "changes": entry.changes,
        "summary": entry.summary,
        "undo": None if entry.undo is None else msgspec.json.encode(entry.undo),
        "idempotency_key": entry.idempotency_key,
        "notice": encoded({"workspace": str(after.workspace_id), "version": after.version}),
    }
    return statement.sql, statement.arguments(values)


async def write_down(connection: Connection, record: Writing) -> None:
    """One round trip."""
    sql, arguments = record
    await connection.execute(sql, *arguments)


async def history(connection: Connection, workspace_id: UUID, *, before: int | None, limit: int) -> list[Record]:
    """The changesets that made a version, the newest first, from the one before a version on."""
    statement = _history_statement()
    values = {"workspace": workspace_id, "before": before, "limit": limit}
    return await connection.fetch(statement.sql, *statement.arguments(values))


@cache
def _find_statement() -> Rendered:
    mine = changesets.c.workspace_id == bindparam("workspace", type_=Uuid())
    same = changesets.c.idempotency_key == bindparam("key", type_=Text())
    return render(select(changesets.c.changes).where(mine, same))


@cache
def _record_statement(changed: frozenset[str]) -> Rendered:
    recorded = insert(changesets).values(
        workspace_id=bindparam("workspace", type_=Uuid()),
        version=bindparam("version", type_=BigInteger()),
        created_by=bindparam("user", type_=Uuid()),
        created_by_key=bindparam("key", type_=Uuid()),
        changes=bindparam("changes", type_=JSONB()),
        summary=bindparam("summary", type_=ARRAY(Text())),
        undo=bindparam("undo", type_=JSON()),
        idempotency_key=bindparam("idempotency_key", type_=Text()),
    )
    told = select(func.pg_notify(CHANNEL, bindparam("notice", type_=Text())))
    return render(told.add_cte(*writes(changed), recorded.cte("recorded")))


@cache
def _history_statement() -> Rendered:
    before: Any = bindparam("before", type_=BigInteger())
    columns = (each for each in changesets.c if each.name not in {"undo", "idempotency_key"})
    made = (
        select(*columns)
        .where(changesets.c.workspace_id == bindparam("workspace", type_=Uuid()))
        .where(or_(changesets.c.undo.is_not(None), changesets.c.version == literal_column("1")))
        .where(changesets.c.version < func.coalesce(before, literal_column(str(2**63 - 1))))
        .order_by(changesets.c.version.desc())
        .limit(bindparam("limit", type_=BigInteger()))
    )
    return render(made)
