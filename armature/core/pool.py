"""The connections of one process to PostgreSQL: opened when needed, used again, closed when idle for long.

asyncpg's own pool takes longer to hand out a connection and take it back than asyncpg to run a simple statement: each
release is a task of its own. Here it is a look into a table. Sessions carry no state, so there is nothing to reset.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import asyncpg

from armature.core.line import Line

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CROWD = 4
"""So many names for each place, within STEP, make it worth waiting a moment for a place of one's own."""

MOMENT = 0.002  # seconds; a simple statement takes a tenth, one that PostgreSQL sees for the first time half of it

LONGEST_IDLE, LONGEST_LIFE, STEP, PATIENCE = 300.0, 3_600.0, 30.0, 10.0  # seconds


Soon: TypeAlias = "asyncio.Future[Connection | None]"
Handed: TypeAlias = "tuple[int, Connection | None]"


class PoolClosed(Exception):
    """Nobody gets a connection any more."""


class Pool:
    """At most `size` connections, each with a place; whoever finds none free waits in line.

    PostgreSQL and asyncpg remember, for each connection, the statements that it ran and the tables it saw. So who has a
    name gets one of its own two places, if it can be: a thousand workspaces are remembered at two places each.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self._size = size
        self._free = list(range(size))  # places where nothing is open, nor being opened or closed
        self._idle: dict[int, tuple[Connection, float]] = {}  # by place; the one used last comes last
        self._opened: dict[Connection, tuple[int, float]] = {}
        self._line = Line(size)
        self._soon: tuple[deque[Soon], ...] = tuple(deque() for _ in range(size))
        self._names: set[str] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._emptied: asyncio.Event | None = None

    async def acquire(self, name: str | None = None) -> Connection:
        """Raises what `connect` raises, and PoolClosed."""
        wanted = () if name is None else self._places(name)
        if name is not None and self._is_crowded(name) and (own := await self._own(wanted)) is not None:
            return own
        while self._idle:
            connection = self._take(wanted)
            if not connection.is_closed():
                return connection
            connection.terminate()
            self._forget(connection)
        if self._emptied is not None:
            raise PoolClosed
        if self._free:
            return await self._open(self._free.pop())
        place, found = await self._wait(wanted)
        return found or await self._open(place)

    def _places(self, name: str) -> tuple[int, int]:
        found = hash(name)
        return found % self._size, found // self._size % self._size

    def _is_crowded(self, name: str) -> bool:
        """Whether so many have asked lately that the statements of all can't be remembered everywhere."""
        self._names.add(name)
        return len(self._names) > CROWD * self._size

    async def _own(self, wanted: tuple[int, ...]) -> "Connection | None":
        """In a crowd, where others are idle but none at these places: one is opened there, or waited for a moment."""
        if not self._idle or not self._idle.keys().isdisjoint(wanted):
            return None
        for place in self._free:
            if place in wanted:
                self._free.remove(place)
                return await self._open(place)
        return await self._shortly(wanted)

    async def _shortly(self, wanted: tuple[int, ...]) -> "Connection | None":
        """A connection that becomes free at one of these places within a MOMENT."""
        turn: Soon = self._loop.create_future()
        for each in wanted:
            self._soon[each].append(turn)
        timer = self._loop.call_later(MOMENT, _give_up, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and (found := turn.result()) is not None:
                self.release(found)
            raise
        finally:
            timer.cancel()

    def _take(self, wanted: tuple[int, ...]) -> Connection:
        for each in wanted:
            if each in self._idle:
                return self._idle.pop(each)[0]
        return self._idle.popitem()[1][0]

    def release(self, connection: Connection) -> None:
        """Take back a connection that is ready for the next statement, or closed."""
        if connection.is_closed() or self._emptied is not None:
            self.discard(connection)
        else:
            self._hand_on(self._opened[connection][0], connection)

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
        self._line.refuse(PoolClosed())
        while self._idle:
            self.discard(self._idle.popitem()[1][0])
        if len(self._free) < self._size:
            await self._emptied.wait()

    async def _open(self, place: int) -> Connection:
        """A new connection, for a place that is taken already."""
        try:
            connection = await self._connect()
        except BaseException:
            self._hand_on(place, None)
            raise
        self._opened[connection] = place, self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(STEP, self._walk)
        return connection

    async def _wait(self, wanted: tuple[int, ...]) -> Handed:
        """A connection, or None with the place to open one in."""
        turn: asyncio.Future[Handed] = self._loop.create_future()
        self._line.join(turn, wanted)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._hand_on(*turn.result())
            raise

    def _hand_on(self, place: int, connection: "Connection | None") -> None:
        """To somebody in line; None hands on the place of a connection that is gone."""
        while connection is not None and self._soon[place]:
            turn = self._soon[place].popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if self._line.serve(place, connection):
            return
        if connection is not None:
            self._idle[place] = connection, self._loop.time()
            return
        self._free.append(place)
        if self._emptied is not None and len(self._free) == self._size:
            self._emptied.set()

    def _forget(self, connection: Connection) -> None:
        place, _ = self._opened.pop(connection)
        self._hand_on(place, None)

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
        self._names.clear()
        for place, (connection, since) in list(self._idle.items()):
            if now - since > LONGEST_IDLE or now - self._opened[connection][1] > LONGEST_LIFE:
                del self._idle[place]
                self.discard(connection)
        self._timer = self._loop.call_later(STEP, self._walk) if len(self._free) < self._size else None


def _give_up(turn: Soon) -> None:
    if not turn.done():
        turn.set_result(None)
