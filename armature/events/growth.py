"""Which workspaces may have events that nobody was told of: found without looking into those where nothing happens."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from armature.core.db import Connection
from armature.events.names import qualified
from armature.schema_builder.event_table import NAME

# What PostgreSQL counts anyway: a look at the statistics of all such tables, at none of the tables.
_INSERTED = """
SELECT n.nspname AS schema, pg_stat_get_tuples_inserted(c.oid) AS inserted
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relname = $1 AND c.relkind = 'r' AND n.nspname ~ '^workspace_[0-9a-f]{32}$'
"""

AT_ONCE = 100
"""Workspaces looked into by one statement: it locks their tables for a moment."""


async def inserted(connection: Connection) -> dict[str, int]:
    """How many events each workspace has ever got, as far as PostgreSQL has counted; it forgets when it crashes."""
    found = await connection.fetch(_INSERTED, NAME)
    return {_hexadecimal(row["schema"]): row["inserted"] for row in found}


def grown(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """Whose number is another than it was; a smaller one was counted anew after a crash."""
    return [each for each, count in now.items() if before.get(each, 0) != count]


async def with_pending(connection: Connection, workspaces: Sequence[str]) -> list[str]:
    """Those that have events without a position. Looks into each of them."""
    found: list[str] = []
    for start in range(0, len(workspaces), AT_ONCE):
        some = workspaces[start : start + AT_ONCE]
        try:
            found += [row["workspace"] for row in await connection.fetch(_pending_in(some))]
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):  # one is gone; the relay will find out
            found += some
    return found


def _pending_in(workspaces: Sequence[str]) -> str:
    looks = (
        f"SELECT '{each}' AS workspace "  # noqa: S608  hexadecimal digits
        f"WHERE EXISTS (SELECT FROM {qualified(f'workspace_{each}')} WHERE position IS NULL)"
        for each in (UUID(hex=each).hex for each in workspaces)
    )
    return " UNION ALL ".join(looks)


def _hexadecimal(schema: str) -> str:
    return schema.removeprefix("workspace_")
