"""Whether the chains of the audit log are whole: what was changed, added or taken away by hand is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record
from sqlalchemy import text

from armature.audit.log import SERVER, seal
from armature.core.db import Database, fetch

MOST = 100


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain does not hold; `workspace_id` is None for the server's own."""

    workspace_id: UUID | None
    number: int
    what: str


async def broken_chains(db: Database) -> Sequence[Broken]:
    """At most a hundred places."""
    async with db.connection() as connection:
        await seal(connection)
        rows = await fetch(connection, _LINKS, most=MOST)
        ends = await fetch(connection, _ENDS, most=MOST)
        gone = await fetch(connection, _GONE, most=MOST)
    links = [Broken(_place(row["chain"]), row["number"], _told(row)) for row in rows]
    ended = [Broken(_place(row["chain"]), row["number"], "its last entries are missing") for row in ends]
    return [*links, *ended, *(Broken(_place(row["chain"]), 1, "the log is gone") for row in gone)]


def _place(chain: UUID) -> UUID | None:
    return None if chain == SERVER else chain


def _told(row: Record) -> str:
    return "an entry was changed" if row["follows"] else "entries before it are missing"


# Each entry beside the one before it in its chain; before the first is what the chain says.
_LINKS = text(
    """
    WITH chained AS (
      SELECT entry, chain.workspace_id AS chain, entry.number, entry.hash, lag(entry.number) OVER each AS before,
        lag(entry.hash) OVER each AS hash_before, chain.first_number, chain.hash_before_first
      FROM armature.audit_entries AS entry
      JOIN armature.audit_chains AS chain
        ON chain.workspace_id = coalesce(entry.workspace_id, '00000000-0000-0000-0000-000000000000')
      WHERE entry.hash IS NOT NULL
      WINDOW each AS (PARTITION BY entry.workspace_id ORDER BY entry.number)
    ), linked AS (
      SELECT chain, number, hash, number = coalesce(before + 1, first_number) AS follows,
        armature.audit_hash(coalesce(hash_before, hash_before_first), entry, number) AS expected
      FROM chained
    )
    SELECT chain, number, follows FROM linked WHERE NOT follows OR hash <> expected ORDER BY chain, number LIMIT :most
    """
)

# A chain begins with what made its workspace, or the server's first user, and is never taken away; one that is just
# being made has entries that are not sealed yet.
_GONE = text(
    """
    SELECT place AS chain FROM (
      SELECT id FROM armature.workspaces
      UNION SELECT coalesce(workspace_id, '00000000-0000-0000-0000-000000000000') FROM armature.audit_entries
    ) AS places (place)
    WHERE NOT EXISTS (SELECT 1 FROM armature.audit_chains AS chain WHERE chain.workspace_id = place)
      AND NOT EXISTS (
        SELECT 1 FROM armature.audit_entries AS entry WHERE entry.hash IS NULL
          AND coalesce(entry.workspace_id, '00000000-0000-0000-0000-000000000000') = place
      )
    ORDER BY place LIMIT :most
    """
)

_ENDS = text(
    """
    SELECT chain.workspace_id AS chain, chain.number FROM armature.audit_chains AS chain
    WHERE chain.number >= chain.first_number AND NOT EXISTS (
      SELECT 1 FROM armature.audit_entries AS entry
      WHERE entry.number = chain.number AND entry.hash = chain.hash
        AND coalesce(entry.workspace_id, '00000000-0000-0000-0000-000000000000') = chain.workspace_id
    ) ORDER BY chain.workspace_id LIMIT :most
    """
)
