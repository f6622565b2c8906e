"""Writes down what got through: all that came while the last was being written goes together.

So one statement ends many deliveries where there are many, and a single one waits for nothing.
"""

import asyncio
from collections.abc import Sequence

import asyncpg

from armature.core.db import Database
from armature.jobs.tally import Tally
from armature.webhooks.ledger import Sent, write_delivered


class Scribe:
    """Of one process."""

    def __init__(self, db: Database, tally: Tally) -> None:
        self._db = db
        self._tally = tally
        self._page: list[Sent] = []
        self._coming: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    async def write(self, sent: Sent) -> None:
        """Returns when it is written. Raises what the database does: then it is sent again some time."""
        self._page.append(sent)
        if self._coming is None:
            self._coming = asyncio.create_task(self._next())
        await asyncio.shield(self._coming)

    async def finish(self) -> None:
        """Returns when nothing is left to write. Raises as `write` does."""
        if self._coming is not None:
            await self._coming
        async with self._writing:
            return

    async def _next(self) -> None:
        async with self._writing:
            page, self._page, self._coming = self._page, [], None
            try:
                await self._write(page)
            except asyncpg.PostgresError:  # one that can't be written keeps no others from it
                if len(page) == 1:
                    raise
                await asyncio.gather(*(self._write([each]) for each in page), return_exceptions=True)

    async def _write(self, page: Sequence[Sent]) -> None:
        async with self._db.connection() as connection:
            await write_delivered(connection, page)
        self._tally.add("deliveries", "delivered", by=len(page))
