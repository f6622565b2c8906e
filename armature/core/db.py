"""PostgreSQL: the pool, and SQLAlchemy Core statements run on plain asyncpg.

Knows nothing of objects and fields. What PostgreSQL built as `json` comes back as bytes, untouched; `jsonb` is encoded
and decoded.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import msgspec
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql import ClauseElement

from armature.core.acting import told
from armature.core.errors import Unavailable
from armature.core.pool import Connection as Connection
from armature.core.pool import Pool, PoolClosed

DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
DIALECT.supports_native_uuid = True

BROKEN_OFF = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,  # it broke off at certain moments
)
UNREACHABLE = (OSError, *BROKEN_OFF, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError)

NOT_LET_IN = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InsufficientPrivilegeError)


class UrlUnfit(Unavailable):
    """DATABASE_URL leads nowhere, and trying again won't help. Says why without what is in it."""


@contextmanager
def connecting() -> Iterator[None]:
    """Around asyncpg's `connect`. Raises UrlUnfit for what is wrong with DATABASE_URL itself."""
    try:
        yield
    except NOT_LET_IN as error:
        raise UrlUnfit(
            "PostgreSQL does not let in the user that DATABASE_URL names.", hint="Are user and password right?"
        ) from error
    except asyncpg.InvalidCatalogNameError as error:
        raise UrlUnfit(
            "PostgreSQL has no database of the name in DATABASE_URL.", hint="`createdb` makes it, or correct the name."
        ) from error
    except ValueError:  # its text may hold a piece of the password
        raise UrlUnfit(
            "DATABASE_URL is not a URL of PostgreSQL.",
            hint="It looks like postgresql://user:password@host:5432/database; write / in a password as %2F.",
        ) from None


SESSION = {
    "timezone": "UTC",
    "application_name": "armature",
    "jit": "off",
    "hnsw.iterative_scan": "strict_order",  # of pgvector: else its indexes find no more than forty records
}

LONGEST_KEPT = 32_768
"""Bytes of a statement that a connection keeps prepared: one of 30 kB, such as a search of six objects, takes half the
time then, and 3 MB of PostgreSQL's memory.
"""

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)


class Database:
    """The pool of one process. Sessions carry no state of their own: what a transaction sets, it sets locally."""

    def __init__(self, url: str, pool: Pool) -> None:
        self.url = url
        self._pool = pool

    def __repr__(self) -> str:  # the URL carries a password
        return "Database(…)"

    def connection(self, near: str | None = None) -> "Lease":
        """A connection of the pool, if possible the one that this name had before.

        Raises Unavailable where PostgreSQL can't be reached.
        """
        return Lease(self._pool, near)

    @asynccontextmanager
    async def transaction(self, near: str | None = None) -> AsyncIterator[Connection]:
        """A connection inside a transaction: committed at the end, rolled back by an exception."""
        async with self.connection(near) as connection, connection.transaction():
            yield connection

    def near(self, name: str) -> "Near":
        return Near(self, name)

    async def close(self) -> None:
        await self._pool.close()


@dataclass(frozen=True, slots=True)
class Near:
    """A database as one name has it, such as a workspace's schema."""

    database: Database
    name: str

    def connection(self) -> "Lease":
        return self.database.connection(self.name)

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        return self.database.transaction(self.name)


class Lease:
    """A connection for the length of an `async with`; one that breaks off in the middle of something is closed."""

    __slots__ = ("_connection", "_near", "_pool")

    def __init__(self, pool: Pool, near: str | None) -> None:
        self._pool = pool
        self._near = near

    async def __aenter__(self) -> Connection:
        try:
            self._connection = await self._pool.acquire(self._near)
        except (*UNREACHABLE, PoolClosed) as error:
            raise Unavailable("The database can't be reached just now.", hint="Try again in a moment.") from error
        return self._connection

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Errors leave a connection as it was; a task that was cancelled may leave a statement that still runs."""
        connection = self._connection
        if error is None or (isinstance(error, Exception) and not _is_lost(connection, error)):
            self._pool.release(connection)
        else:
            self._pool.discard(connection)


def _is_lost(connection: Connection, error: Exception) -> bool:
    """Whether it is amid something, or does not know any more what it is at."""
    if isinstance(error, asyncpg.InternalClientError):
        return True
    return not connection.is_closed() and connection.is_in_transaction()


@asynccontextmanager
async def alone(db: Database) -> AsyncIterator[Connection]:
    """A connection of its own, for what takes long, in no transaction. PostgreSQL ends its work when we are gone.

    Raises Unavailable.
    """
    settings = {"application_name": "armature job", "client_connection_check_interval": "2s", "jit": "off"}
    try:
        with connecting():
            connection = await asyncpg.connect(db.url, server_settings=settings, statement_cache_size=0)
    except UNREACHABLE as error:
        raise Unavailable("The database can't be reached just now.") from error
    try:
        yield connection
        await connection.close()
    finally:
        connection.terminate()


async def open_database(url: str, *, pool_size: int = 16, statement_cache_size: int = 1_000) -> Database:
    """Raises Unavailable where nothing answers at `url`, UrlUnfit where it can't be meant."""

    async def connect() -> Connection:
        with connecting():
            connection = await asyncpg.connect(
                url,
                connection_class=_Connection,
                statement_cache_size=statement_cache_size,
                max_cacheable_statement_size=LONGEST_KEPT,
                max_cached_statement_lifetime=0,
                server_settings=SESSION,
            )
        try:
            await _prepare(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    database = Database(url, Pool(connect, pool_size))
    try:
        async with database.connection():
            return database
    except UrlUnfit:
        raise
    except Unavailable as error:
        raise Unavailable("The database can't be reached.", hint="Is DATABASE_URL right, is PostgreSQL up?") from error


class _Connection(asyncpg.Connection):
    """Knows what earlier connections learnt of PostgreSQL's own types.

    asyncpg asks for each array type when it is first used, on every connection anew: two round trips and 15 ms.
    """

    async def _introspect_types(self, oids: Iterable[int], timeout: float) -> Any:  # noqa: ASYNC109  as asyncpg has it
        asked = frozenset(oids)
        if asked not in _LEARNT:
            found = await super()._introspect_types(asked, timeout)  # type: ignore[misc]
            if max(asked) >= FIRST_OID_OF_USERS:
                return found
            _LEARNT[asked] = found[0]
        return _LEARNT[asked], NOTHING_WAS_ASKED

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109  as above
        """What begins a transaction also tells on whose behalf, in the same round trip."""
        if query == BEGIN and (also := told()) is not None:
            query = f"{query} {also}"
        return await super().execute(query, *args, timeout=timeout)


BEGIN = "BEGIN;"  # as asyncpg's Transaction writes it

_LEARNT: dict[frozenset[int], Any] = {}
FIRST_OID_OF_USERS = 16_384  # below, oids are the same in every database
NOTHING_WAS_ASKED = SimpleNamespace(name="none")  # the statement that asyncpg would have asked with


async def _prepare(connection: Connection) -> None:
    await connection.set_type_codec(
        "json", schema="pg_catalog", format="binary", encoder=lambda value: value, decoder=lambda value: value
    )
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="text",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
    await connection.set_type_codec(
        "date", schema="pg_catalog", format="tuple", encoder=_days, decoder=lambda found: EPOCH.date() + DAY * found[0]
    )
    await connection.set_type_codec(
        "timestamptz",
        schema="pg_catalog",
        format="tuple",
        encoder=_microseconds,
        decoder=lambda found: EPOCH + MICROSECOND * found[0],
    )


def _days(value: date) -> tuple[int]:
    """As PostgreSQL counts them. asyncpg's own encoder makes `infinity` of 9999-12-31."""
    return ((value - EPOCH.date()) // DAY,)


def _microseconds(value: datetime) -> tuple[int]:
    return ((value - EPOCH) // MICROSECOND,)


@dataclass(frozen=True, slots=True)
class Rendered:
    """SQL text with `$n` placeholders; `names` are its binds in their order, `constants` their known values."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        return [values[name] if name in values else self.constants[name] for name in self.names]


def render(statement: ClauseElement) -> Rendered:
    """Compile a SQLAlchemy Core statement for asyncpg."""
    compiled = statement.compile(dialect=DIALECT)
    return Rendered(str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params))  # type: ignore[attr-defined]


async def fetch(connection: Connection, statement: ClauseElement, **values: Any) -> list[asyncpg.Record]:
    rendered = render(statement)
    return await connection.fetch(rendered.sql, *rendered.arguments(values))


async def fetch_one(connection: Connection, statement: ClauseElement, **values: Any) -> asyncpg.Record | None:
    rendered = render(statement)
    return await connection.fetchrow(rendered.sql, *rendered.arguments(values))


async def fetch_value(connection: Connection, statement: ClauseElement, **values: Any) -> Any:
    rendered = render(statement)
    return await connection.fetchval(rendered.sql, *rendered.arguments(values))


async def execute(connection: Connection, statement: ClauseElement, **values: Any) -> str:
    """Run it and return PostgreSQL's command tag, such as `UPDATE 1`."""
    rendered = render(statement)
    return await connection.execute(rendered.sql, *rendered.arguments(values))
