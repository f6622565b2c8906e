"""Making an index of a workspace what its model says, while records are read and written: the work of a job.

It may be begun again at any time: what is there already is left, what is broken is made anew, what is not wanted goes,
and last of all what the new one replaces.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import blake2b
from uuid import UUID

import asyncpg

from armature.core.db import UNREACHABLE, Connection, Database, alone
from armature.core.errors import Conflict, Unavailable
from armature.metadata.indexes import part_names
from armature.metadata.model import Snapshot
from armature.metadata.store import load_snapshot
from armature.schema_builder.indexes import Built, all_indexes, drop, key_in, quote

Progress = Callable[[float], None]

PAUSE = 0.5  # seconds between two looks at what PostgreSQL is doing
PATIENCE = 10.0  # seconds for dropping what was not finished; the next try drops it, too

# From which part of the whole on, and how much of it. PostgreSQL, chapter "CREATE INDEX Progress Reporting".
PHASES = {
    "building index": (0.0, 0.2),
    "building index: scanning table": (0.0, 0.3),
    "building index: sorting live tuples": (0.3, 0.1),
    "building index: loading tuples in tree": (0.4, 0.2),
    "waiting for writers before validation": (0.6, 0.0),
    "index validation: scanning index": (0.6, 0.1),
    "index validation: sorting tuples": (0.7, 0.1),
    "index validation: scanning table": (0.8, 0.15),
    "waiting for old snapshots": (0.95, 0.0),
    "waiting for readers before marking dead": (0.97, 0.0),
    "waiting for readers before dropping": (0.98, 0.0),
}


class NotUniqueYet(Conflict):
    """Tells how many, but not what: who looks at jobs may not be one who sees the records."""

    def __init__(self, index: Built, values: int, records: int) -> None:
        several = "values are" if len(index.columns) == 1 else "combinations of values are"
        one = "value is" if len(index.columns) == 1 else "combination of values is"
        super().__init__(
            f'The index over {_labels(index)} of "{index.of.name_singular}" can\'t be unique: {values:,} '
            f"{one if values == 1 else several} held by more than one record, {records:,} records in all. "
            "Change or delete those that are too many, then try the job again."
        )


class ValuesTooLong(Conflict):
    def __init__(self, index: Built) -> None:
        super().__init__(
            f'The index over {_labels(index)} of "{index.of.name_singular}" can\'t be made: a record has a value of '
            "more than about 2,700 bytes. Shorten it, or delete the index."
        )


class ExtensionMissing(Conflict):
    def __init__(self, name: str) -> None:
        super().__init__(f"The database needs the extension {name}: CREATE EXTENSION {name}, then try the job again.")


class IndexInTheWay(Unavailable):
    def __init__(self) -> None:
        super().__init__("Another transaction got in the way of building the index.")


async def settle_index(db: Database, workspace_id: UUID, object_id: UUID, key: str, tell: Progress) -> None:
    """Raises WorkspaceNotFound, and what keeps the index from being made."""
    async with db.connection() as reading:
        snapshot = await load_snapshot(reading, workspace_id)
    of = snapshot.objects.get(object_id)
    wanted = next((each for each in all_indexes(snapshot, of) if each.key == key), None) if of else None
    table = of.table if of else ""
    async with alone(db) as connection, _in_turn(connection, snapshot.schema, key):
        there = await indexes_there(connection, snapshot.schema, table)
        mine = {name: is_valid for name, is_valid in there.items() if key_in(name) == key}
        if wanted is not None and not mine.get(wanted.name):
            await _make(db, connection, snapshot, wanted, tell, is_broken=wanted.name in mine)
        for name in mine:
            if wanted is None or name != wanted.name:
                await connection.execute(drop(snapshot.schema, name))


async def indexes_there(connection: Connection, schema: str, table: str) -> dict[str, bool]:
    """The indexes of a table that workers build: whether they are valid, by name."""
    rows = await connection.fetch(_THERE, schema, table)
    return {row["name"]: row["is_valid"] for row in rows if key_in(row["name"])}


_THERE = (
    "SELECT i.relname AS name, indisvalid AND indisready AS is_valid FROM pg_index "
    "JOIN pg_class AS i ON i.oid = indexrelid JOIN pg_class AS t ON t.oid = indrelid "
    "JOIN pg_namespace ON pg_namespace.oid = t.relnamespace WHERE nspname = $1 AND t.relname = $2"
)


@asynccontextmanager
async def _in_turn(connection: Connection, schema: str, key: str) -> AsyncIterator[None]:
    """Alone with this index: a worker that was killed may have left PostgreSQL at work on it for a moment.

    Asked again and again: who waits in PostgreSQL keeps the one who builds from getting done.
    """
    lock = int.from_bytes(blake2b(f"{schema} {key}".encode(), digest_size=8).digest(), signed=True)
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock):  # noqa: ASYNC110
        await asyncio.sleep(PAUSE)
    yield  # the lock ends with the connection


async def _make(
    db: Database, connection: Connection, snapshot: Snapshot, index: Built, tell: Progress, *, is_broken: bool
) -> None:
    if is_broken:
        await connection.execute(drop(snapshot.schema, index.name))
    await _find_extension(connection, index)
    try:
        await _accompanied(db, connection, index.create(snapshot.schema, "CONCURRENTLY"), tell)
    except asyncpg.UniqueViolationError as error:
        await _drop_unfinished(db, snapshot, index)
        raise NotUniqueYet(index, *await _doubles(connection, snapshot, index)) from error
    except asyncpg.ProgramLimitExceededError as error:
        await _drop_unfinished(db, snapshot, index)
        raise ValuesTooLong(index) from error
    except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError) as error:
        await _drop_unfinished(db, snapshot, index)
        raise IndexInTheWay from error
    except BaseException:
        await asyncio.shield(_drop_unfinished(db, snapshot, index))
        raise


async def _find_extension(connection: Connection, index: Built) -> None:
    """Its operator classes are found without their schema's name, which is another in each database."""
    if index.extension is None:
        return
    query = "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = $1"
    schema = await connection.fetchval(query, index.extension)
    if schema is None:
        raise ExtensionMissing(index.extension)
    await connection.execute(f"SET search_path TO {quote(schema)}")


async def _accompanied(db: Database, connection: Connection, statement: str, tell: Progress) -> None:
    """Run it, telling how far it has come; who is cancelled meanwhile has PostgreSQL end it."""
    pid = connection.get_server_pid()
    work = asyncio.ensure_future(connection.execute(statement))
    try:
        while not (await asyncio.wait([work], timeout=PAUSE))[0]:
            with suppress(Unavailable, *UNREACHABLE):
                tell(await _progress(db, pid))
    finally:
        work.cancel()
        await asyncio.wait([work])
    work.result()


async def _progress(db: Database, pid: int) -> float:
    query = (
        "SELECT phase, greatest(blocks_done, tuples_done)::float AS done, "
        "greatest(blocks_total, tuples_total) AS total FROM pg_stat_progress_create_index WHERE pid = $1"
    )
    async with db.connection() as asking:
        row = await asking.fetchrow(query, pid)
    start, share = PHASES.get(row["phase"], (0.0, 0.0)) if row else (0.0, 0.0)
    return start + (share * min(row["done"] / row["total"], 1.0) if row and row["total"] else 0.0)


async def _drop_unfinished(db: Database, snapshot: Snapshot, index: Built) -> None:
    """What is left of it costs every write, and helps nobody. Where this fails, the next try does it."""
    with suppress(TimeoutError, Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        async with asyncio.timeout(PATIENCE), alone(db) as connection:
            there = await indexes_there(connection, snapshot.schema, index.of.table)
            if there.get(index.name) is False:
                await connection.execute(drop(snapshot.schema, index.name))


async def _doubles(connection: Connection, snapshot: Snapshot, index: Built) -> tuple[int, int]:
    """How many values are held more than once, and by how many records."""
    keys = ", ".join(index.columns)
    present = " AND ".join(f"{each} IS NOT NULL" for each in index.columns)
    condition = f"{present} AND {index.condition}" if index.condition else present
    table = f"{quote(snapshot.schema)}.{quote(index.of.table)}"
    twice = f"SELECT count(*) AS n FROM {table} WHERE {condition} GROUP BY {keys} HAVING count(*) > 1"  # noqa: S608  names are quoted
    row = await connection.fetchrow(f"SELECT count(*) AS doubles, coalesce(sum(n), 0)::bigint AS n FROM ({twice}) AS x")  # noqa: S608
    assert row is not None  # noqa: S101  an aggregate has one
    return row["doubles"], row["n"]


def _labels(index: Built) -> str:
    found = next((each for each in index.of.indexes if each.id == index.id), None)
    return ", ".join(f'"{each}"' for each in part_names(index.of, found)) if found else f'"{index.what}"'
