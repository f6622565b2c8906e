"""Whether the members of a workspace, as records of it, are what the catalog says (catalog/members.py)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

import asyncpg
from sqlalchemy import func, select

from armature.core.db import DIALECT, Connection
from armature.migrations.workspace.unseen import Difference

MOST = 100

_MEMBERS = """
SELECT user_id AS id, email, role, CASE WHEN suspended_at IS NULL THEN 'ACTIVE' ELSE 'SUSPENDED' END AS status
FROM armature.memberships JOIN armature.users ON users.id = user_id WHERE workspace_id = $1
"""
_RECORDS = "SELECT id, email, role, status FROM {}.workspace_members ORDER BY id"
_PEOPLE = "SELECT id FROM armature.users WHERE id = ANY($1)"

GONE = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the triggers write of a member."""

    email: str | None
    role: str | None
    status: str


async def member_differences(connection: Connection, workspace_id: UUID, schema: str) -> list[Difference]:
    """At most a hundred. None where the table or a column of it is missing: that is told anyway."""
    async with connection.transaction(isolation="repeatable_read"):
        members = {row["id"]: _kept(row) for row in await connection.fetch(_MEMBERS, workspace_id)}
        try:
            async with connection.transaction():
                records = {row["id"]: _kept(row) for row in await connection.fetch(_RECORDS.format(schema))}
        except GONE:
            return []
        people = {row["id"] for row in await connection.fetch(_PEOPLE, [*records])}
    found = _differences(members, records, people)
    return [Difference(what, _fix(workspace_id, id_, wanted)) for what, id_, wanted in islice(found, MOST)]


def _kept(row: asyncpg.Record) -> Kept:
    return Kept(row["email"], row["role"], row["status"])


def _differences(
    members: dict[UUID, Kept], records: dict[UUID, Kept], people: set[UUID]
) -> Iterator[tuple[str, UUID, Kept]]:
    for id_, wanted in members.items():
        if id_ not in records:
            yield f"The member {id_} is missing among the records.", id_, wanted
        elif records[id_] != wanted:
            yield f"The record of the member {id_} is not what the membership says.", id_, wanted
    for id_, there in records.items():
        gone = Kept(there.email if id_ in people else None, None, "LEFT")
        if id_ not in members and there != gone:
            yield f"The record of {id_}, who is no member, is not what is kept of those who left.", id_, gone


def _fix(workspace_id: UUID, id_: UUID, wanted: Kept) -> str:
    put = select(func.armature.put_member(str(id_), str(workspace_id), wanted.role, wanted.status))
    return str(put.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
