"""When API keys were last used: gathered in memory, written now and then, so that a request pays next to nothing."""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog
from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, update

from armature.core.db import Database, render
from armature.metadata.tables import api_keys

EVERY = 30.0  # seconds

log = structlog.get_logger(__name__)

_WRITE = render(
    update(api_keys).where(api_keys.c.id == any_(bindparam("ids", type_=ARRAY(Uuid())))).values(last_used_at=func.now())
)


class KeyUses:
    """`used` takes the ids of keys; what a process that is killed had gathered is lost."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.used: set[UUID] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_writing())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._write()

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self._write()

    async def _write(self) -> None:
        """In the order of ids, so that two processes don't wait for each other crosswise."""
        ids, self.used = sorted(self.used), set()
        if not ids:
            return
        try:
            async with self._db.connection() as connection:
                await connection.execute(_WRITE.sql, *_WRITE.arguments({"ids": ids}))
        except Exception as error:  # noqa: BLE001  the next round writes what is used then
            log.warning("uses of keys not written", cause=type(error).__name__)
