"""Notices arrive, and when they might not, everybody knows."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from armature.core.db import Database, open_database
from armature.core.notices import Listener, notify


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    db = await open_database(database_url)
    yield db
    await db.close()


@pytest.fixture
async def listener(database_url: str) -> AsyncIterator[Listener]:
    listener = Listener(database_url)
    yield listener
    await listener.stop()


def notices(listener: Listener) -> "asyncio.Queue[dict[str, Any]]":
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    listener.on_notice(heard.put_nowait)
    return heard


async def kill_listeners(db: Database) -> None:
    async with db.connection() as connection:
        await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'armature listener' AND datname = current_database()"
        )


async def test_a_notice_arrives_after_the_commit_and_only_then(db: Database, listener: Listener) -> None:
    heard = notices(listener)
    await listener.start()

    async with db.connection() as connection:
        taken_back = connection.transaction()
        await taken_back.start()
        await notify(connection, {"identity": "lost"})
        await taken_back.rollback()
    async with db.transaction() as connection:
        await notify(connection, {"workspace": "w", "version": 7})

    assert await heard.get() == {"workspace": "w", "version": 7}
    assert heard.empty()


async def test_a_lost_connection_is_known_and_comes_back(db: Database, listener: Listener) -> None:
    missed = asyncio.Event()
    was_listening = []
    listener.on_missed(lambda: was_listening.append(listener.listening))
    listener.on_missed(missed.set)
    heard = notices(listener)
    await listener.start()
    assert listener.listening

    await kill_listeners(db)
    await missed.wait()

    assert was_listening == [False]
    assert listener.listening
    async with db.connection() as connection:
        await notify(connection, {"identity": "again"})
    assert await heard.get() == {"identity": "again"}


async def test_listening_begins_when_the_database_does(databases: Any) -> None:
    url = databases.create()
    databases.drop(url)
    listener = Listener(url)
    missed = asyncio.Event()
    listener.on_missed(missed.set)

    await listener.start()
    at_first = listener.listening
    name = url.rpartition("/")[2]
    admin = await asyncpg.connect(url.replace(name, "postgres"))
    await admin.execute(f'CREATE DATABASE "{name}"')
    await missed.wait()

    assert (at_first, listener.listening) == (False, True)
    await listener.stop()
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


async def test_a_notice_nobody_understands_is_passed_over(db: Database, listener: Listener) -> None:
    heard = notices(listener)
    await listener.start()

    async with db.connection() as connection:
        await connection.execute("NOTIFY armature, 'what?'")
        await notify(connection, {"identity": "next"})

    assert await heard.get() == {"identity": "next"}


async def test_who_stopped_is_not_listening(listener: Listener) -> None:
    await listener.start()
    await listener.stop()
    assert not listener.listening
