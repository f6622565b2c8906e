"""How fast one worker gives events their positions and tells of them; and how soon, where they come one by one."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter

from redis.asyncio import Redis

from armature.events.channel import CHANNELS, read_announcement
from armature.events.marks import Marks
from armature.events.names import qualified
from armature.metadata.model import Snapshot
from armature.migrations.workspace.create import create_workspace
from bench.machine import ARMATURE, Machine, environment
from bench.report import print_table

LEAVE = """
INSERT INTO {events} (action, "table", record, before, after)
SELECT 'UPDATED', 'companies', uuidv7(), image, image FROM generate_series(1, $1) AS number, LATERAL (
    SELECT jsonb_build_object('id', number, 'name', repeat('n', 100), 'text', repeat('t', 400)) AS image
) AS row
"""

SHAPES = ((1, 50_000), (50, 1_000), (500, 20))
"""Workspaces, and events of each."""

ALONE = 200
"""Events that come one by one."""

NOTHING: Mapping[str, str] = {}


class Heard:
    """What the worker tells, and when."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = asyncio.Event()
        self.notices: list[tuple[float, int]] = []

    def hear(self, message: bytes) -> None:
        announced = read_announcement(message)
        self.count += announced.last - announced.first + 1
        self.notices.append((perf_counter(), self.count))
        self.changed.set()

    async def until(self, count: int) -> None:
        while self.count < count:
            self.changed.clear()
            await self.changed.wait()


async def measure_relay(on: Machine) -> dict[str, float]:
    """Measure and print: events a second by shape, and milliseconds for one alone."""
    most = max(workspaces for workspaces, _ in SHAPES)
    made = [await create_workspace(on.database, "Bench", owner=None) for _ in range(most)]
    async with Redis.from_url(on.valkey.url, socket_timeout=None) as redis, working(on, redis) as heard:
        rates = {
            f"{workspaces:,} x {each:,} events": await _rate(on, redis, heard, made[:workspaces], each)
            for workspaces, each in SHAPES
        }
        delay = await _delay(on, redis, heard, made[0])
    print_table(("relay", "events/s"), [[name, f"{rate:,.0f}"] for name, rate in rates.items()])
    print(f"From a commit to its notice, one at a time, p50: {delay:.1f} ms\n")
    return {**rates, "ms from a commit to its notice": delay}


@asynccontextmanager
async def working(on: Machine, redis: Redis, beside: Mapping[str, str] = NOTHING) -> AsyncIterator[Heard]:
    """One worker process, from when it works, with these settings `beside` what it needs."""
    heard = Heard()
    needed = {"DATABASE_URL": on.postgres.url, "REDIS_URL": on.valkey.url, "ARMATURE_LOG_LEVEL": "warning"}
    settings = {**needed, **beside}
    listening = asyncio.create_task(_listen(redis, heard))
    process = subprocess.Popen((ARMATURE, "worker"), env=environment(settings))  # noqa: ASYNC220
    try:
        while await Marks(redis).known_to() is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        yield heard
    finally:
        process.terminate()
        process.wait()
        listening.cancel()


async def _listen(redis: Redis, heard: Heard) -> None:
    async with redis.pubsub() as pubsub:
        await pubsub.psubscribe(CHANNELS)
        async for message in pubsub.listen():
            if message["type"] == "pmessage":
                heard.hear(message["data"])


async def _rate(on: Machine, redis: Redis, heard: Heard, of: Sequence[Snapshot], each: int) -> float:
    """From the first notice to the last."""
    before, first = heard.count, len(heard.notices)
    async with on.database.transaction() as connection:  # visible all at once
        for snapshot in of:
            await connection.execute(LEAVE.format(events=qualified(snapshot.schema)), each)
    await Marks(redis).mark([snapshot.workspace_id.hex for snapshot in of])
    await heard.until(before + len(of) * each)
    (started, begun), (ended, done) = heard.notices[first], heard.notices[-1]
    return (done - begun) / (ended - started)


async def _delay(on: Machine, redis: Redis, heard: Heard, of: Snapshot) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(ALONE):
        await asyncio.sleep(0.01)
        before = heard.count
        async with on.database.transaction() as connection:
            await connection.execute(LEAVE.format(events=qualified(of.schema)), 1)
        started = perf_counter()
        await Marks(redis).mark([of.workspace_id.hex])
        await heard.until(before + 1)
        taken.append(perf_counter() - started)
    return 1_000 * median(taken)
