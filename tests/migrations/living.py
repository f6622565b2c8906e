"""A workspace in a real database, for tests that change its model and look at its tables."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from armature.core.db import Database, open_database
from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.changes import Change
from armature.metadata.model import Object, Snapshot
from armature.metadata.store import load_snapshot
from armature.migrations.workspace.change import change_workspace
from armature.migrations.workspace.create import create_workspace
from armature.migrations.workspace.doctor import diagnose


class Living:
    def __init__(self, db: Database, snapshot: Snapshot) -> None:
        self.db = db
        self.id: UUID = snapshot.workspace_id
        self.schema = snapshot.schema
        self.snapshot = snapshot

    async def change(self, *changes: Change, **more: Any) -> Snapshot:
        self.snapshot = await change_workspace(self.db, self.id, changes, known=self.snapshot, **more)
        return self.snapshot

    async def errors(self, *changes: Change) -> list[ArmatureError]:
        """What a changeset is refused for; none where it is not."""
        try:
            await self.change(*changes)
        except ManyErrors as many:
            return list(many.errors)
        except ArmatureError as one:
            return [one]
        return []

    async def stored(self) -> Snapshot:
        """The snapshot as another process would load it."""
        async with self.db.connection() as connection:
            return await load_snapshot(connection, self.id)

    def object(self, name: str) -> Object:
        return self.snapshot.kept_objects[name]

    async def run(self, sql: str, *values: Any) -> list[Any]:
        """Rows as tuples; `{}` in the SQL is the workspace's schema."""
        async with self.db.connection() as connection:
            return [tuple(row) for row in await connection.fetch(sql.replace("{}", self.schema), *values)]

    async def columns(self, table: str) -> set[str]:
        found = await self.run(
            "SELECT column_name::text FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2",
            self.schema,
            table,
        )
        return {name for (name,) in found}

    async def assert_healthy(self) -> None:
        """What is stored is what this process knows, and the tables are what it says."""
        assert await self.stored() == self.snapshot
        assert await diagnose(self.db, self.id) == []


async def living(db: Database, *changes: Change) -> Living:
    return Living(db, await create_workspace(db, "Test", owner=None, changes=changes))


@asynccontextmanager
async def opened(url: str, **more: Any) -> AsyncIterator[Database]:
    db = await open_database(url, **more)
    try:
        yield db
    finally:
        await db.close()
