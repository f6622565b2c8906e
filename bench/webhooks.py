"""How fast one worker delivers to webhooks that answer at once; and how soon after a commit, where events are rare."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import median, quantiles
from time import perf_counter
from uuid import UUID

from redis.asyncio import Redis

from armature.core.embedded.processes import free_port
from armature.core.sealing import Sealing, secret_keys
from armature.events.marks import Marks
from armature.events.names import qualified
from armature.metadata.model import Snapshot
from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.create import create_workspace
from armature.webhooks.how import NO_HEADERS
from armature.webhooks.patterns import Pattern
from armature.webhooks.secrets import sealed_headers
from armature.webhooks.store import add_webhook, new_id
from bench.machine import Machine
from bench.relay import working
from bench.report import print_table

LEAVE = """
INSERT INTO {events} (action, "table", record, before, after)
SELECT 'UPDATED', 'companies', id, image || '{{"employees": 1}}', image
FROM generate_series(1, $1) AS number, LATERAL (SELECT uuidv7() AS id, number AS at) AS made, LATERAL (
    SELECT jsonb_build_object('id', id, 'name', 'Company ' || number, 'employees', 2, 'address_city', 'Bern',
        'created_at', now(), 'updated_at', now()) AS image
) AS row
"""

SHAPES = ((1, 3_000), (100, 50))
"""Webhooks, and deliveries to each; all of other records."""

ALONE = 100
"""Events that come one by one."""

PAUSE = 0.03  # seconds between them

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver:
    """Answers at once, and knows when it was asked."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._answer, "127.0.0.1", port)
        async with server:
            yield

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await _head(reader):
                self.times.append(perf_counter())
                self._changed.set()
                await reader.readexactly(_length(head))
                writer.write(ANSWER)
        finally:
            writer.close()

    async def until(self, count: int) -> None:
        while len(self.times) < count:
            self._changed.clear()
            await self._changed.wait()


async def _head(reader: asyncio.StreamReader) -> bytes:
    """Empty where the connection has ended."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def measure_webhooks(on: Machine) -> dict[str, float]:
    """Measure and print: deliveries a second by shape, and milliseconds from a commit to its request."""
    key, receiver, port = secrets.token_urlsafe(32), Receiver(), free_port()
    sealing, url = Sealing(secret_keys(key)), f"http://127.0.0.1:{port}/"
    settings = {"ARMATURE_SECRET_KEY": key, "ARMATURE_OUTBOUND_NETWORKS": "127.0.0.0/8"}
    made = [await _workspace(on, sealing, url, webhooks) for webhooks, _ in SHAPES]
    async with (
        receiver.listening(port),
        Redis.from_url(on.valkey.url, socket_timeout=None) as redis,
        working(on, redis, settings),
    ):
        rates = {}
        for of, (webhooks, each) in zip(made, SHAPES, strict=True):
            rates[f"{webhooks:,} x {each:,} deliveries"] = await _rate(on, redis, receiver, of, webhooks * each, each)
        delays = await _delays(on, redis, receiver, made[0])
    print_table(("webhooks", "deliveries/s"), [[name, f"{rate:,.0f}"] for name, rate in rates.items()])
    p50, p95 = median(delays), quantiles(delays, n=20)[-1]
    print(f"From a commit to its request, one at a time, p50 / p95: {p50:.1f} / {p95:.1f} ms\n")
    return {**rates, "p50 ms from a commit to its request": p50, "p95 ms from a commit to its request": p95}


async def _workspace(on: Machine, sealing: Sealing, url: str, webhooks: int) -> Snapshot:
    snapshot = await create_workspace(on.database, "Bench", owner=None, changes=CRM)
    company = next(each for each in snapshot.objects.values() if each.name_singular == "company")
    async with on.database.transaction() as connection:
        for _ in range(webhooks):
            id_ = new_id()
            await add_webhook(connection, sealing, snapshot.workspace_id, id_, _columns(sealing, id_, url, company.id))
    return snapshot


def _columns(sealing: Sealing, id_: UUID, url: str, object_id: UUID) -> dict[str, object]:
    """As a client makes it who gives nothing but where and what."""
    return {
        "url": url,
        "events": [Pattern(object_id).keep()],
        "changed_fields": [],
        "headers": {},
        "secret_headers": sealed_headers(sealing, id_, NO_HEADERS.secret),
        "role": "admin",
        "ordering": "PER_RECORD",
        "concurrency": 8,
        "is_enabled": True,
    }


async def _rate(on: Machine, redis: Redis, receiver: Receiver, of: Snapshot, count: int, events: int) -> float:
    """From the first request to the last."""
    before = len(receiver.times)
    await _leave(on, redis, of, events)
    await receiver.until(before + count)
    return (count - 1) / (receiver.times[before + count - 1] - receiver.times[before])


async def _delays(on: Machine, redis: Redis, receiver: Receiver, of: Snapshot) -> Sequence[float]:
    """Milliseconds."""
    taken = []
    for _ in range(ALONE):
        await asyncio.sleep(PAUSE)
        before = len(receiver.times)
        committed = await _leave(on, redis, of, 1)
        await receiver.until(before + 1)
        taken.append(1_000 * (receiver.times[before] - committed))
    return taken


async def _leave(on: Machine, redis: Redis, of: Snapshot, events: int) -> float:
    """When they were committed."""
    async with on.database.transaction() as connection:
        await connection.execute(LEAVE.format(events=qualified(of.schema)), events)
    committed = perf_counter()
    await Marks(redis).mark([of.workspace_id.hex])
    return committed
