"""The fixtures all tests share do what they say."""

import asyncpg
import pytest
from redis.asyncio import Redis

from tests.support.servers import Databases


@pytest.mark.parametrize("time", ["first", "second"])
async def test_each_test_has_an_empty_database(time: str, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("CREATE TABLE mine (id int)")
    await connection.close()


@pytest.mark.parametrize("time", ["first", "second"])
async def test_each_test_may_have_one_with_a_catalog(time: str, migrated_database_url: str) -> None:
    connection = await asyncpg.connect(migrated_database_url)
    assert await connection.fetchval("SELECT count(*) FROM armature.workspaces") == 0
    await connection.close()


@pytest.mark.parametrize("time", ["first", "second"])
async def test_each_test_has_an_empty_valkey(time: str, redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        assert await client.dbsize() == 0
        await client.set("mine", time)


async def test_a_forgotten_connection_does_not_keep_a_database_alive(databases: Databases) -> None:
    url = databases.create()
    connection = await asyncpg.connect(url)
    databases.drop(url)
    connection.terminate()
