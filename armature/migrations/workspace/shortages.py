"""What the database lacks, or will soon: extensions that the engine builds on, columns that a table can still get."""

from uuid import UUID

from armature.core.db import Connection, Database
from armature.metadata.check import MAX_COLUMNS
from armature.metadata.tables import CATALOG
from armature.migrations.catalog.extensions import EXTENSIONS
from armature.migrations.workspace.finding import Finding

ALL_COLUMNS = 1_600
"""PostgreSQL's, of a table. One that was dropped counts for good, also when the table is written anew."""

MOVE = "Export its records (armature export), and import them into a new object."

HAS_VECTORS = f"SELECT EXISTS (SELECT FROM {CATALOG}.fields WHERE kind = 'VECTOR')"  # noqa: S608  a name of ours
MISSING = "SELECT name FROM unnest($1::text[]) AS name WHERE name NOT IN (SELECT extname FROM pg_extension)"
USED_UP = (
    f"SELECT workspaces.id, relname, relnatts FROM {CATALOG}.workspaces "  # noqa: S608  as above
    "JOIN pg_namespace ON nspname = workspaces.schema JOIN pg_class ON relnamespace = pg_namespace.oid "
    "WHERE relkind = 'r' AND relnatts > $1 AND ($2::uuid IS NULL OR workspaces.id = $2) ORDER BY workspaces.id, relname"
)


async def shortages(db: Database, workspace_id: UUID | None) -> list[Finding]:
    async with db.connection() as connection:
        return [*await _extensions(connection), *await _columns(connection, workspace_id)]


async def _extensions(connection: Connection) -> list[Finding]:
    places = dict.fromkeys(EXTENSIONS, CATALOG)
    if await connection.fetchval(HAS_VECTORS):
        places["vector"] = "public"
    missing = await connection.fetch(MISSING, [*places])
    return [_lacking(name, places[name]) for (name,) in missing]


def _lacking(name: str, place: str) -> Finding:
    return Finding(None, f'The extension "{name}" is missing.', f"CREATE EXTENSION {name} WITH SCHEMA {place}")


async def _columns(connection: Connection, workspace_id: UUID | None) -> list[Finding]:
    rows = await connection.fetch(USED_UP, MAX_COLUMNS, workspace_id)
    return [Finding(id_, _told(table, used), MOVE) for id_, table, used in rows]


def _told(table: str, used: int) -> str:
    return f'The table "{table}" has had {used:,} of the {ALL_COLUMNS:,} columns that PostgreSQL gives it.'
