"""Workspaces end: out of sight for everybody at once, their tables gone soon after."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import column, delete, func, select, table, update
from sqlalchemy.schema import DropSchema

from armature.core.db import DIALECT, Connection, Database, execute, fetch, fetch_value
from armature.core.notices import notify
from armature.metadata.store import WorkspaceNotFound
from armature.metadata.tables import memberships, workspaces

KEPT = timedelta(days=30)
"""For so long, a workspace that is set aside can be brought back; from then on it may be there in part only."""

AT_ONCE = 50
"""Tables dropped in one transaction: each takes locks, of which PostgreSQL has a limited number."""


async def delete_workspace(db: Database, workspace_id: UUID) -> None:
    """Its records and its model, for good. Where this is interrupted, it may be called again; nobody brings it back.

    Raises WorkspaceNotFound.
    """
    theirs = memberships.c.workspace_id == workspace_id
    async with db.transaction() as connection:
        schema = await _hide(connection, workspace_id)
        await notify(connection, {"workspace": str(workspace_id)})
        for row in await fetch(connection, select(memberships.c.user_id).where(theirs)):
            await notify(connection, {"identity": str(row["user_id"])})
    while await _drop_some_tables(db, schema):
        pass
    async with db.transaction() as connection:
        await connection.execute(str(DropSchema(schema, if_exists=True, cascade=True).compile(dialect=DIALECT)))
        await execute(connection, delete(workspaces).where(workspaces.c.id == workspace_id))


async def _hide(connection: Connection, workspace_id: UUID) -> str:
    deleted_at = func.least(workspaces.c.deleted_at, func.now() - KEPT)
    hide = update(workspaces).where(workspaces.c.id == workspace_id).values(deleted_at=deleted_at)
    schema: str | None = await fetch_value(connection, hide.returning(workspaces.c.schema))
    if schema is None:
        raise WorkspaceNotFound(workspace_id)
    return schema


async def _drop_some_tables(db: Database, schema: str) -> bool:
    """Whether there were any."""
    pg_tables = table("pg_tables", column("schemaname"), column("tablename"), schema="pg_catalog")
    some = select(pg_tables.c.tablename).where(pg_tables.c.schemaname == schema).limit(AT_ONCE)
    async with db.transaction() as connection:
        names = [row["tablename"] for row in await fetch(connection, some)]
        if names:
            quote = DIALECT.identifier_preparer.quote
            listed = ", ".join(f"{quote(schema)}.{quote(each)}" for each in names)
            await connection.execute(f"DROP TABLE {listed} CASCADE")  # SQLAlchemy's DropTable knows no CASCADE
    return bool(names)
