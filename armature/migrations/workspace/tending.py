"""Objects of many records get indexes for their searches and duplicates, which follow the changes of their model.

No change of a model waits for that, nor says so: who looks after large workspaces finds out. Meanwhile what is asked
is answered as ever, only later.
"""

from collections.abc import Sequence
from uuid import UUID

from armature.core.db import Connection, Database
from armature.core.notices import CHANNEL, encoded
from armature.jobs.ledger import NOTICE
from armature.metadata.model import Object, Snapshot
from armature.metadata.store import load_snapshot
from armature.migrations.workspace.finding import Finding
from armature.migrations.workspace.index_build import Progress, indexes_there, settle_index
from armature.schema_builder.indexes import for_many, is_for_many, key_in

KIND = "tend"

# Anew after an hour, for objects that have grown meanwhile.
_ASK = """
WITH large AS (
    SELECT w.id, w.version FROM armature.workspaces AS w
    JOIN pg_namespace AS n ON n.nspname = w.schema JOIN pg_class AS c ON c.relnamespace = n.oid
    WHERE c.relkind = 'r' AND c.relname !~ '^_' AND c.reltuples >= $1 AND w.deleted_at IS NULL GROUP BY w.id
), due AS (
    INSERT INTO armature.tended AS t (workspace_id, version, tended_at) SELECT id, version, now() FROM large
    ON CONFLICT (workspace_id) DO UPDATE SET version = excluded.version, tended_at = excluded.tended_at
    WHERE t.version <> excluded.version OR t.tended_at < now() - interval '1 hour' RETURNING workspace_id
), asked AS (
    INSERT INTO armature.jobs (workspace_id, kind, subject, arguments, state, due_at)
    SELECT workspace_id, $2, workspace_id, '{}', 'queued', now() FROM due ON CONFLICT DO NOTHING RETURNING id
)
SELECT pg_notify($3, $4) FROM asked LIMIT 1
"""

_UNTENDED = """
SELECT w.id, array_agg(c.relname::text ORDER BY c.relname) AS tables FROM armature.workspaces AS w
JOIN pg_namespace AS n ON n.nspname = w.schema JOIN pg_class AS c ON c.relnamespace = n.oid
LEFT JOIN armature.tended AS t ON t.workspace_id = w.id
WHERE c.relkind = 'r' AND c.relname !~ '^_' AND c.reltuples >= $1 AND w.deleted_at IS NULL
AND ($2::uuid IS NULL OR w.id = $2) AND (t.tended_at IS NULL OR t.tended_at < now() - interval '2 hours')
GROUP BY w.id ORDER BY w.id
"""
_IS_THERE = "SELECT to_regclass('armature.tended') IS NOT NULL"

_SIZES = """
SELECT c.relname AS name, c.reltuples AS records FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind = 'r'
"""


async def ask_for_tending(connection: Connection, indexed_from: int) -> None:
    """A job for each workspace with a large object whose model changed, or which was not looked at for long."""
    await connection.execute(_ASK, float(indexed_from), KIND, CHANNEL, encoded(NOTICE))


async def untended(db: Database, workspace_id: UUID | None, indexed_from: int) -> list[Finding]:
    """What the doctor says where no worker has looked after large objects, and their indexes may be missing."""
    async with db.connection() as connection:
        is_there = await connection.fetchval(_IS_THERE)
        rows = await connection.fetch(_UNTENDED, float(indexed_from), workspace_id) if is_there else []
    return [_finding(row["id"], row["tables"]) for row in rows]


def _finding(workspace_id: UUID, tables: Sequence[str]) -> Finding:
    listed = ", ".join(f'"{each}"' for each in tables)
    what = (
        f"The indexes that searches of {listed} need may wait to be built: no worker has looked for two hours, "
        "or since there are so many records."
    )
    return Finding(workspace_id, what, "armature worker")


async def tend(db: Database, workspace_id: UUID, indexed_from: int, tell: Progress) -> None:
    """Make, renew and drop the indexes of its objects, one after another. Raises as `settle_index` does."""
    async with db.connection() as connection:
        snapshot = await load_snapshot(connection, workspace_id)
        due = await _due(connection, snapshot, indexed_from)
    for at, (of, key) in enumerate(due):
        await settle_index(db, workspace_id, of.id, key, lambda done, at=at: tell((at + done) / len(due)))  # type: ignore[misc]


async def _due(connection: Connection, snapshot: Snapshot, indexed_from: int) -> list[tuple[Object, str]]:
    """The indexes that are not what they should be: their object, and their key."""
    sizes = {row["name"]: row["records"] for row in await connection.fetch(_SIZES, snapshot.schema)}
    found: list[tuple[Object, str]] = []
    for of in snapshot.objects.values():
        there = {
            name: is_valid
            for name, is_valid in (await indexes_there(connection, snapshot.schema, of.table)).items()
            if is_for_many(name)
        }
        is_large = sizes.get(of.table, 0) >= indexed_from
        wanted = {each.name: each.key for each in for_many(of)} if is_large or there else {}
        wrong = {key for name, key in wanted.items() if not there.get(name)}
        wrong |= {str(key_in(name)) for name in there if name not in wanted}
        found += [(of, key) for key in sorted(wrong)]
    return found
