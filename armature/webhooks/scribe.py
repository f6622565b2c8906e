"""Writes down what got through: all that came while the last was being written goes together.

So one statement ends many deliveries where there are many, and a single one waits for nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from armature.core.db import Database
from armature.jobs.tally import Tally
from armature.webhooks.ledger import Sent, write_delivered


@dataclass(frozen=True, slots=True)
class Line:
    sent: Sent
    written: "asyncio.Future[None]"


class Scribe:
    """Of one process."""

    def __init__(self, db: Database, tally: Tally) -> None:
        self._db = db
        self._tally = tally
        self._page: list[Line] = []
        self._coming: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    async def write(self, sent: Sent) -> None:
        """Returns when it is written. Raises what the database does: then it is sent again some time."""
        line = Line(sent, asyncio.get_running_loop().create_future())
        self._page.append(line)
        if self._coming is None:
            self._coming = asyncio.create_task(self._next())
        await line.written

    async def finish(self) -> None:
        """Returns when nothing is left to write."""
        if self._coming is not None:
            await self._coming
        async with self._writing:
            return

    async def _next(self) -> None:
        async with self._writing:
            page, self._page, self._coming = self._page, [], None
            await self._try(page)

    async def _try(self, page: Sequence[Line]) -> None:
        """What can't be written keeps nothing else from it."""
        try:
            await self._write(page)
        except Exception as error:  # noqa: BLE001  whoever waits for it is told
            if isinstance(error, asyncpg.PostgresError) and len(page) > 1:
                for each in page:
                    await self._try([each])
            else:
                _fail(page, error)

    async def _write(self, page: Sequence[Line]) -> None:
        async with self._db.connection() as connection:
            await write_delivered(connection, [each.sent for each in page])
        self._tally.add("deliveries", "delivered", by=len(page))
        for each in page:
            if not each.written.done():
                each.written.set_result(None)


def _fail(page: Sequence[Line], error: Exception) -> None:
    for each in page:
        if not each.written.done():
            each.written.set_exception(error)
