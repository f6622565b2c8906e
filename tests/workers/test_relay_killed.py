"""Whatever is killed, at whatever moment: events get positions without gaps, in order per record, and are heard of."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from armature.core.db import UNREACHABLE, Database
from armature.core.embedded import start_postgres, start_valkey
from armature.core.embedded.server import Server
from armature.core.ending import end
from armature.core.errors import Unavailable
from armature.core.valkey import opened_redis
from armature.events.channel import channel_of
from armature.events.committed import Committed
from armature.migrations.catalog.migrate import migrate_catalog
from armature.workers import sweep as sweep_module
from armature.workers.relay import LONGEST_WAIT, Relay
from armature.workers.sweep import Sweep
from tests.migrations.living import Living, living, opened
from tests.support.events_told import events_after
from tests.support.leaving import leave
from tests.support.relay_process import FOLLOWED, follow

CHANCE = random.Random(20_261_121)  # noqa: S311
TROUBLE = (Unavailable, *UNREACHABLE, asyncpg.PostgresError, asyncpg.InterfaceError, RedisError)


class Listening:
    """Somebody who hears of a workspace's events, and reads those that he has not seen."""

    def __init__(self, of: Living, redis: Redis) -> None:
        self.of = of
        self.seen: list[int] = []
        self._redis = redis

    async def run(self) -> None:
        while True:
            with suppress(*TROUBLE):
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(channel_of(self.of.id))
                    async for _ in channel.listen():  # the first tells that it listens
                        await self._read()
            await asyncio.sleep(0.05)

    async def _read(self) -> None:
        async with self.of.db.connection() as connection:
            while found := await events_after(connection, self.of.schema, len(self.seen), 500):
                self.seen += [each.position for each in found]


class Writing:
    """Writes all the time, to a few records of each workspace, and marks what it wrote, as a server does."""

    def __init__(self, all_: list[Living], redis: Redis) -> None:
        self._all = all_
        self._committed = Committed(redis)
        self._records = [uuid4() for _ in range(5)]
        self.written = dict.fromkeys((each.id for each in all_), 0)

    async def run(self) -> None:
        while True:
            of = CHANCE.choice(self._all)
            count = CHANCE.choice([1, 1, 3, 40])
            with suppress(*TROUBLE):
                async with of.db.transaction() as connection:
                    await leave(connection, of.schema, [CHANCE.choice(self._records) for _ in range(count)])
                self._committed.note(of.id)
                self.written[of.id] += count
            await asyncio.sleep(CHANCE.uniform(0, 0.02))

    async def stop(self) -> None:
        await self._committed.stop()


async def assert_whole(listening: Listening, written: int) -> None:
    of = listening.of
    while await of.run("SELECT FROM {}._events WHERE position IS NULL LIMIT 1"):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    events = await of.run("SELECT position, seq, record FROM {}._events ORDER BY position")
    positions = [position for position, _, _ in events]
    assert positions == list(range(1, len(events) + 1))
    assert len(events) >= written  # one may be committed though nobody was told so
    for record in {record for _, _, record in events}:
        seqs = [seq for _, seq, each in events if each == record]
        assert seqs == sorted(seqs)
    assert await of.run("SELECT position FROM {}.followed ORDER BY position") == [(each,) for each in positions]
    while len(listening.seen) < len(positions):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    assert listening.seen == positions


@asynccontextmanager
async def relayed(db: Database, redis: Redis) -> AsyncIterator[None]:
    relay = Relay(db, redis, [follow])
    async with relay.relaying(), Sweep(db, relay).sweeping():
        yield


@asynccontextmanager
async def while_somebody_writes(db: Database, redis: Redis) -> AsyncIterator[None]:
    """In the end, when there is a relay again, all is whole."""
    all_ = [await living(db) for _ in range(3)]
    for each in all_:
        await each.run(FOLLOWED)
    writing, listening = Writing(all_, redis), [Listening(each, redis) for each in all_]
    listeners = [asyncio.create_task(each.run()) for each in listening]
    writer = asyncio.create_task(writing.run())
    try:
        yield
        await end([writer])
        await writing.stop()
        async with relayed(db, redis):
            for somebody in listening:
                await assert_whole(somebody, writing.written[somebody.of.id])
    finally:
        await end([writer, *listeners])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Open enough for the user as whom root's servers run."""
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.fixture
def sweeping_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_module, "LOOK", 0.2)


async def killed_in_the_middle(database_url: str, redis_url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.relay_process", database_url, redis_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"relaying\n"
    await asyncio.sleep(CHANCE.uniform(0, 0.5))
    process.send_signal(signal.SIGKILL)
    await process.wait()


@pytest.mark.usefixtures("sweeping_often")
async def test_relays_may_be_killed(db: Database, redis_url: str) -> None:
    async with opened_redis(redis_url, longest_wait=LONGEST_WAIT) as redis, while_somebody_writes(db, redis):
        for _ in range(4):
            await asyncio.gather(*(killed_in_the_middle(db.url, redis_url) for _ in range(2)))


async def kill(server: Server) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await asyncio.sleep(CHANCE.uniform(0, 0.3))
    await asyncio.to_thread(server.revive)
    await asyncio.sleep(CHANCE.uniform(0, 0.5))


@pytest.mark.usefixtures("sweeping_often")
async def test_valkey_may_be_killed_and_lose_everything(db: Database, folder: Path) -> None:
    with start_valkey(folder, settings={"appendonly": "no"}) as server:
        redis = opened_redis(server.url, longest_wait=LONGEST_WAIT)
        async with redis, while_somebody_writes(db, redis), relayed(db, redis):
            for _ in range(4):
                await asyncio.sleep(CHANCE.uniform(0, 0.5))
                await kill(server)


async def kill_backend(server: Server) -> None:
    """One of those that serve somebody: PostgreSQL ends all others and starts anew by itself."""
    assert server.pid is not None
    serving = [each for each in psutil.Process(server.pid).children() if "armature" in "".join(each.cmdline())]
    with suppress(psutil.NoSuchProcess):
        CHANCE.choice(serving).kill()
    await asyncio.to_thread(psutil.wait_procs, serving)
    while not await answers(server):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await asyncio.sleep(CHANCE.uniform(0, 0.5))


async def answers(server: Server) -> bool:
    try:
        await (await asyncpg.connect(server.url)).close()
    except TROUBLE:
        return False
    return True


@pytest.mark.usefixtures("sweeping_often")
@pytest.mark.parametrize("end_it", [kill, kill_backend])
async def test_postgresql_may_be_killed(
    redis_url: str, folder: Path, end_it: Callable[[Server], Awaitable[None]]
) -> None:
    with start_postgres(folder, settings={"fsync": "off"}) as server:  # a killed PostgreSQL loses nothing by that
        await migrate_catalog(server.url)
        redis = opened_redis(redis_url, longest_wait=LONGEST_WAIT)
        async with opened(server.url) as db, redis, while_somebody_writes(db, redis), relayed(db, redis):
            for _ in range(3):
                await asyncio.sleep(CHANCE.uniform(0, 0.5))
                await end_it(server)
