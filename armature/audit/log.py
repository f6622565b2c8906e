"""The audit log as it is read: sealed first, so that nothing shown can be changed unnoticed; and purged."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ColumnElement, Select, func, select, text

from armature.core.db import Connection, Database, fetch, fetch_value
from armature.metadata.audit_tables import audit_entries as entries

SERVER = UUID(int=0)
"""Whose chain the entries without a workspace are in."""

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries. `workspace_id` None: those of no workspace; texts and ids are matched exactly."""

    workspace_id: UUID | None
    action: str | None = None
    subject: str | None = None
    user_id: UUID | None = None
    api_key_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


async def seal(connection: Connection) -> int:
    """Give the entries of transactions that have ended their places in their chains; how many those were."""
    total = 0
    while sealed := int(await fetch_value(connection, select(func.armature.seal_audit()))):
        total += sealed
    return total


async def newest(db: Database, wanted: Wanted, *, before: int | None, limit: int) -> list[Record]:
    """The newest entries first, from the one before a number on."""
    found = _selected(wanted).order_by(entries.c.number.desc()).limit(limit)
    async with db.connection() as connection:
        await seal(connection)
        return await fetch(connection, found if before is None else found.where(entries.c.number < before))


async def oldest(db: Database, wanted: Wanted) -> AsyncIterator[Record]:
    """All entries there are now, the oldest first, without holding many at once."""
    async with db.connection() as connection:
        await seal(connection)
        last = 0
        while True:
            page = _selected(wanted).where(entries.c.number > last).order_by(entries.c.number).limit(PAGE)
            rows = await fetch(connection, page)
            for each in rows:
                yield each
            if len(rows) < PAGE:
                return
            last = rows[-1]["number"]


async def purge(connection: Connection, workspace_id: UUID | None, before: datetime) -> int:
    """Remove the entries older than `before`, in the caller's transaction; how many those were.

    The chain then begins after them.
    """
    await seal(connection)
    await connection.execute("SET LOCAL armature.purging_audit = 'on'")
    return int(
        await fetch_value(connection, _PURGE, workspace=workspace_id, chain=workspace_id or SERVER, before=before)
    )


_PURGE = text(
    """
    WITH gone AS (
      DELETE FROM armature.audit_entries
      WHERE workspace_id IS NOT DISTINCT FROM CAST(:workspace AS uuid) AND number <= (
        SELECT max(number) FROM armature.audit_entries
        WHERE workspace_id IS NOT DISTINCT FROM CAST(:workspace AS uuid) AND at < CAST(:before AS timestamptz)
      )
      RETURNING number, hash
    ), last AS (SELECT number, hash FROM gone ORDER BY number DESC LIMIT 1), moved AS (
      UPDATE armature.audit_chains SET first_number = last.number + 1, hash_before_first = last.hash
      FROM last WHERE audit_chains.workspace_id = CAST(:chain AS uuid)
    )
    SELECT count(*) FROM gone
    """
)


def _selected(wanted: Wanted) -> Select[Any]:
    place = entries.c.workspace_id
    here = place.is_(None) if wanted.workspace_id is None else place == wanted.workspace_id
    return select(entries).where(here, *_conditions(wanted))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for name, condition in _CONDITIONS.items():
        given = getattr(wanted, name)
        if given is not None:
            yield condition(given)


_ACTING = entries.c.acting

_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "action": lambda given: entries.c.action == given,
    "subject": lambda given: entries.c.subject == given,
    "user_id": lambda given: _ACTING["user_id"].astext == str(given),
    "api_key_id": lambda given: _ACTING["api_key_id"].astext == str(given),
    "since": lambda given: entries.c.at >= given,
    "until": lambda given: entries.c.at < given,
}
