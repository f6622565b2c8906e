"""Which changesets there were: who asked for what, and which version came of it."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Text, Uuid, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from armature.core.db import Connection, Rendered, render
from armature.core.errors import Conflict
from armature.core.notices import CHANNEL, encoded
from armature.metadata.changes import Change
from armature.metadata.edit import step_key
from armature.metadata.model import Snapshot
from armature.metadata.tables import changesets


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


async def record_changeset(
    connection: Connection,
    after: Snapshot,
    changes: Sequence[Change],
    *,
    actor: UUID | None,
    idempotency_key: str | None,
) -> None:
    """Write it down and, once the transaction commits, tell every process of the version, in one round trip."""
    statement = _record_statement()
    values = {
        "workspace": after.workspace_id,
        "version": after.version,
        "actor": actor,
        "changes": written(changes),
        "key": idempotency_key,
        "notice": encoded({"workspace": str(after.workspace_id), "version": after.version}),
    }
    await connection.execute(statement.sql, *statement.arguments(values))


def written(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes as they are kept: one key a step, as in `ChangeInput`; what was left out stays out."""
    return [{step_key(each): msgspec.to_builtins(each)} for each in changes]


@cache
def _find_statement() -> Rendered:
    mine = changesets.c.workspace_id == bindparam("workspace", type_=Uuid())
    same = changesets.c.idempotency_key == bindparam("key", type_=Text())
    return render(select(changesets.c.changes).where(mine, same))


@cache
def _record_statement() -> Rendered:
    recorded = insert(changesets).values(
        workspace_id=bindparam("workspace", type_=Uuid()),
        version=bindparam("version", type_=BigInteger()),
        created_by=bindparam("actor", type_=Uuid()),
        changes=bindparam("changes", type_=JSONB()),
        idempotency_key=bindparam("key", type_=Text()),
    )
    told = select(func.pg_notify(CHANNEL, bindparam("notice", type_=Text())))
    return render(told.add_cte(recorded.cte("recorded")))
