"""Connections are shared, waited for in turn, and never handed on broken."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from armature.core.db import Database, open_database
from armature.core.errors import Unavailable

SIZE = 2


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await open_database(database_url, pool_size=SIZE)
    yield database
    await database.close()


async def pid_of(database: Database) -> int:
    async with database.connection() as connection:
        return connection.get_server_pid()


async def test_one_after_the_other_share_a_connection(database: Database) -> None:
    assert await pid_of(database) == await pid_of(database)


async def test_many_at_once_get_no_more_connections_than_there_may_be(database: Database) -> None:
    async def held() -> int:
        async with database.connection() as connection:
            await connection.execute("SELECT pg_sleep(0.01)")
            return connection.get_server_pid()

    assert len(set(await asyncio.gather(*(held() for _ in range(20))))) == SIZE


async def test_those_in_line_are_served_in_the_order_they_came(database: Database) -> None:
    served: list[int] = []

    async def take(number: int) -> None:
        async with database.connection() as connection:
            served.append(number)
            await connection.execute("SELECT pg_sleep(0.005)")

    async with database.connection(), database.connection():
        waiting = [asyncio.create_task(take(number)) for number in range(10)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert served == list(range(10))


async def test_who_gives_up_in_line_takes_no_connection_along(database: Database) -> None:
    async with database.connection(), database.connection():
        waiting = [asyncio.create_task(pid_of(database)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    waiting[1].cancel()  # what it waited for has just been given to it
    await asyncio.gather(*waiting, return_exceptions=True)
    pids = await asyncio.gather(*(pid_of(database) for _ in range(4)))
    assert len(set(pids)) <= SIZE


async def test_an_error_of_a_statement_costs_no_connection(database: Database) -> None:
    before = await pid_of(database)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with database.transaction() as connection:
            await connection.execute("SELECT 1 / 0")
    assert await pid_of(database) == before


async def test_a_cancelled_statement_ends_in_postgresql_and_its_connection_is_not_used_again(
    database: Database,
) -> None:
    pids: list[int] = []

    async def slow() -> None:
        async with database.connection() as connection:
            pids.append(connection.get_server_pid())
            await connection.execute("SELECT pg_sleep(3600)")

    task = asyncio.create_task(slow())
    while not await sleeping(database, pids):
        pass
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while await sleeping(database, pids):
        pass
    assert await pid_of(database) not in pids


async def sleeping(database: Database, pids: list[int]) -> bool:
    async with database.connection() as connection:
        found = "SELECT true FROM pg_stat_activity WHERE pid = ANY($1::int[]) AND wait_event = 'PgSleep'"
        return bool(await connection.fetchval(found, pids))


async def test_a_connection_that_was_killed_is_replaced(database: Database) -> None:
    before = await pid_of(database)
    async with database.connection() as one, database.connection() as other:
        victim = one if one.get_server_pid() == before else other
        killer = other if victim is one else one
        await killer.execute("SELECT pg_terminate_backend($1)", before)
    while True:
        pids = set(await asyncio.gather(*(pid_of(database) for _ in range(SIZE))))
        if before not in pids:
            break


async def test_a_connection_that_could_not_be_opened_takes_no_place(database_url: str, database: Database) -> None:
    name = database_url.rpartition("/")[2]
    async with database.connection() as connection:
        await connection.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 1')
        await connection.execute("CREATE ROLE nobody_special LOGIN PASSWORD 'x'")
    limited = database_url.replace(database_url.partition("//")[2].partition("@")[0], "nobody_special:x")
    for _ in range(SIZE + 1):
        with pytest.raises(Unavailable):
            await open_database(limited, pool_size=1)
    async with database.connection() as connection:
        await connection.execute("DROP ROLE nobody_special")


async def test_closing_waits_for_what_is_in_use(database_url: str) -> None:
    database = await open_database(database_url, pool_size=SIZE)
    async with database.connection() as connection:
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)
        assert await connection.fetchval("SELECT 1") == 1
        assert not closing.done()
    await closing
    with pytest.raises(Unavailable):
        await pid_of(database)


async def test_who_has_a_name_gets_the_connections_it_had_before(database: Database) -> None:
    names = [f"workspace_{number}" for number in range(20)]

    async def pid_near(name: str) -> int:
        async with database.connection(name) as connection:
            return connection.get_server_pid()

    async with database.connection(), database.connection():
        pass  # now both are open
    first = {name: await pid_near(name) for name in names}

    assert {name: await pid_near(name) for name in reversed(names)} == first
    assert len(set(first.values())) == SIZE


async def test_who_waits_for_a_place_of_its_own_passes_over_nobody_for_long(database: Database) -> None:
    served: list[str] = []

    async def take(name: str | None) -> None:
        async with database.connection(name):
            served.append(name or "nobody")
            await asyncio.sleep(0)

    async with database.connection(), database.connection():
        waiting = [asyncio.create_task(take(name)) for name in [None, *map(str, range(20))]]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)

    assert served.index("nobody") <= 2 * SIZE
    assert len(served) == len(waiting)


@pytest.fixture
async def crowded(database: Database) -> str:
    """A name with one place only, where both connections are open and more names than they can remember have asked."""
    async with database.connection(), database.connection():
        pass
    for number in range(5 * SIZE):
        async with database.connection(f"somebody {number}"):
            pass
    return next(name for name in map(str, range(1000)) if hash(name) % SIZE == hash(name) // SIZE % SIZE)


async def pid_near(database: Database, name: str) -> int:
    async with database.connection(name) as connection:
        return connection.get_server_pid()


async def test_in_a_crowd_one_waits_a_moment_for_a_place_of_ones_own(database: Database, crowded: str) -> None:
    async with database.connection(crowded) as connection:
        waiting = [asyncio.create_task(pid_near(database, crowded)) for _ in range(3)]
        await asyncio.sleep(0)
    assert set(await asyncio.gather(*waiting)) == {connection.get_server_pid()}


async def test_in_a_crowd_a_place_of_ones_own_is_opened_before_anybody_waits(database: Database) -> None:
    """One after the other: without a crowd they would all share one connection."""
    pids = [await pid_near(database, f"somebody {number}") for number in range(50 * SIZE)]
    assert len(set(pids[:SIZE])) == 1
    assert len(set(pids)) == SIZE


async def test_and_no_longer_than_that(database: Database, crowded: str) -> None:
    async with database.connection(crowded) as connection:
        assert await pid_near(database, crowded) != connection.get_server_pid()


async def test_who_gives_up_for_a_place_leaves_it_to_others(database: Database, crowded: str) -> None:
    async with database.connection(crowded):
        waiting = [asyncio.create_task(pid_near(database, crowded)) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    waiting[1].cancel()  # what it waited for has just been given to it
    await asyncio.gather(*waiting, return_exceptions=True)
    async with database.connection() as one, database.connection() as other:
        assert one is not other


async def test_a_connection_that_does_not_know_what_it_is_at_is_not_used_again(database: Database) -> None:
    async with database.connection() as connection:
        lost = connection.get_server_pid()
    with pytest.raises(asyncpg.InternalClientError):
        await _lose_track(database)
    async with database.connection() as one, database.connection() as other:
        assert lost not in {one.get_server_pid(), other.get_server_pid()}


async def _lose_track(database: Database) -> None:
    async with database.connection():
        raise asyncpg.InternalClientError
