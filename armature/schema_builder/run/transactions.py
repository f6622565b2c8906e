"""Where root fields get their connections: from the pool, each a transaction of its own, or within one transaction."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from armature.core.db import Connection


class Connections(Protocol):
    """A `connection` is for one statement, which is all or nothing by itself. `Database` is one of these."""

    def connection(self) -> AbstractAsyncContextManager[Connection]: ...

    def transaction(self) -> AbstractAsyncContextManager[Connection]: ...


class Joined:
    """All that is written is part of the caller's transaction, which an error has to end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        yield self._connection

    connection = transaction


class Stepwise:
    """Each step is all or nothing, and the caller's transaction goes on after one that failed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self._connection.transaction():
            yield self._connection

    connection = transaction
