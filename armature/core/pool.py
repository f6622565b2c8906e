"""The connections of one process to PostgreSQL: opened when needed, used again, closed when idle for long.

asyncpg's own pool takes longer to hand out a connection and take it back than asyncpg to run a simple statement: each
release is a task of its own. Here it is a look into a list. Sessions carry no state, so there is nothing to reset.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

LONGEST_IDLE, LONGEST_LIFE, STEP, PATIENCE = 300.0, 3_600.0, 30.0, 10.0  # seconds


class PoolClosed(Exception):
    """Nobody gets a connection any more."""


class Pool:
    """At most `size` connections; whoever finds none free waits in line."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self._size = size
        self._taken = 0  # of the size: connections there are, being opened and being closed
        self._idle: list[tuple[Connection, float]] = []
        self._born: dict[Connection, float] = {}
        self._line: deque[asyncio.Future[Connection | None]] = deque()
        self._closing: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._emptied: asyncio.Event | None = None

    async def acquire(self) -> Connection:
        """Raises what `connect` raises, and PoolClosed."""
        while self._idle:
            connection, _ = self._idle.pop()
            if not connection.is_closed():
                return connection
            connection.terminate()
            self._forget(connection)
        if self._emptied is not None:
            raise PoolClosed
        if self._taken < self._size:
            self._taken += 1
            return await self._open()
        return await self._wait() or await self._open()

    def release(self, connection: Connection) -> None:
        """Take back a connection that is ready for the next statement, or closed."""
        if connection.is_closed() or self._emptied is not None:
            self.discard(connection)
        else:
            self._hand_on(connection)

    def discard(self, connection: Connection) -> None:
        """Take back a connection that is not ready, and close it; a statement that is being cancelled ends first."""
        task = self._loop.create_task(self._close(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Returns when all connections are closed, those in use after they were released."""
        self._emptied = self._emptied or asyncio.Event()
        if self._timer is not None:
            self._timer.cancel()
        for waiter in self._line:
            if not waiter.done():
                waiter.set_exception(PoolClosed())
        self._line.clear()
        while self._idle:
            self.discard(self._idle.pop()[0])
        if self._taken:
            await self._emptied.wait()

    async def _open(self) -> Connection:
        """A new connection, for a place that is taken already."""
        try:
            connection = await self._connect()
        except BaseException:
            self._hand_on(None)
            raise
        self._born[connection] = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(STEP, self._walk)
        return connection

    async def _wait(self) -> "Connection | None":
        """A connection, or None with the place to open one in."""
        waiter: asyncio.Future[Connection | None] = self._loop.create_future()
        self._line.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._hand_on(waiter.result())
            raise

    def _hand_on(self, connection: "Connection | None") -> None:
        """To the first in line; None hands on the place of a connection that is gone."""
        while self._line:
            waiter = self._line.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if connection is not None:
            self._idle.append((connection, self._loop.time()))
            return
        self._taken -= 1
        if self._emptied is not None and not self._taken:
            self._emptied.set()

    def _forget(self, connection: Connection) -> None:
        self._born.pop(connection, None)
        self._hand_on(None)

    async def _close(self, connection: Connection) -> None:
        try:
            await connection.close(timeout=PATIENCE)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # a TimeoutError is an OSError
            connection.terminate()
        finally:
            self._forget(connection)

    def _walk(self) -> None:
        """Now and then: close what nobody has used for long, and what has gathered much of what it once needed."""
        now = self._loop.time()
        kept = []
        for connection, since in self._idle:
            if now - since > LONGEST_IDLE or now - self._born[connection] > LONGEST_LIFE:
                self.discard(connection)
            else:
                kept.append((connection, since))
        self._idle = kept
        self._timer = self._loop.call_later(STEP, self._walk) if self._taken else None
