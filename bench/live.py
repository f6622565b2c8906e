"""Live queries: what a change costs where many listen, what they cost while nothing happens, a WebSocket's memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect

from armature.core.db import Database, open_database
from armature.core.notices import Listener
from armature.core.settings import Settings
from armature.events.channel import channel_of
from armature.metadata.model import Snapshot
from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.create import create_workspace
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.caller import SYSTEM
from armature.schema_builder.run.document import DocumentReader
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.workspaces import Workspaces
from armature.server.auth.api_keys import create_api_key
from armature.server.auth.identity import WorkspaceIdentity
from armature.server.live.channels import Channels
from armature.server.live.places import Live
from armature.server.live.topics.rooms import Pace, Rooms
from armature.workers.relay import outcome_of, relay_batch
from bench.machine import Machine, armature

PLANS, SUBSCRIBERS, SOCKETS, KEYS = 100, 10_000, 2_000, 4
IDLE = 3.0  # seconds
SETTLING = 0.5  # seconds until what has been asked is counted

Figures = dict[str, float]


def query(plan: int) -> str:
    """Half of the plans read companies, the others people."""
    if plan % 2:
        return f"subscription {{companies(filter: {{employees: {{gt: {plan - PLANS}}}}}) {{name employees}}}}"
    return f'subscription {{people(filter: {{firstName: {{neq: "{plan}"}}}}) {{firstName}}}}'


CREATE = 'mutation {createCompany(data: {name: "Acme", employees: 1000}) {id}}'


class Ear:
    """Counts what it is told; `all_told` is set when all of them have been told of what was expected."""

    def __init__(self, identity: WorkspaceIdentity, told: "Told") -> None:
        self.identity = identity
        self._told = told

    def next(self, _result: bytes, _position: int | None = None) -> None:
        self._told.add()

    def renew(self, result: bytes) -> None:
        self.next(result)

    is_behind = False

    def fail(self, entries: bytes) -> None:
        raise SystemExit(entries.decode())

    async def sent(self) -> None:
        pass


class Told:
    def __init__(self) -> None:
        self._left = 0
        self._done = asyncio.Event()

    def expect(self, count: int) -> None:
        self._left = count
        self._done.clear()

    def add(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._done.set()

    async def done(self) -> None:
        await self._done.wait()


async def measure_live(on: Machine) -> Figures:
    """Measure and print."""
    found = {**await _subscribers(on), **await _sockets(on)}
    for name, figure in found.items():
        print(f"{name}: {figure:,.1f}")
    print()
    return found


async def _subscribers(on: Machine) -> Figures:
    async with AsyncExitStack() as stack:
        settings = Settings(redis_url=on.valkey.url, live_subscriptions_of_caller=SUBSCRIBERS)
        db = await open_database(on.postgres.url, pool_size=settings.database_pool_size)
        stack.push_async_callback(db.close)
        listener = Listener(on.postgres.url)
        workspaces = Workspaces(db, listener, settings.workspace_cache_size)
        await listener.start()
        stack.push_async_callback(listener.stop)
        engine = Engine(db, settings, workspaces, DocumentReader(settings))
        redis = await stack.enter_async_context(Redis.from_url(on.valkey.url))
        channels = Channels(on.valkey.url)
        stack.push_async_callback(channels.close)
        live = Live(db, engine, listener, channels, Rooms(redis, channels, Pace.of(settings)), settings)
        stack.push_async_callback(live.close)
        snapshot = await create_workspace(db, "Bench", owner=None, changes=CRM)
        identity = WorkspaceIdentity(None, snapshot.workspace_id, "member", actor=SYSTEM)
        asked, told = await _counting(db, settings.database_pool_size), Told()
        told.expect(SUBSCRIBERS)
        for at in range(SUBSCRIBERS):
            await live.follow(Operation(query(at % PLANS), {}), Ear(identity, told))
        await told.done()
        await asyncio.sleep(SETTLING)
        asked.clear()
        await asyncio.sleep(IDLE)
        idle = len(asked)

        await engine.execute(Operation(CREATE, {}), snapshot.workspace_id)
        await asyncio.sleep(SETTLING)
        asked.clear()
        told.expect(SUBSCRIBERS // 2)
        since = perf_counter()
        await _tell(on, snapshot)
        await told.done()
        took = perf_counter() - since
        await asyncio.sleep(SETTLING)
    return {
        f"{SUBSCRIBERS:,} subscribers over {PLANS} plans: statements in {IDLE:g} idle seconds": idle,
        f"Statements for one change of what {PLANS // 2} plans read": len(asked),
        f"ms until {SUBSCRIBERS // 2:,} have been told": took * 1_000,
    }


async def _counting(db: Database, size: int) -> list[str]:
    """What is asked of PostgreSQL over any connection of a pool, from now on."""
    asked: list[str] = []
    leases = [db.connection() for _ in range(size)]
    for each in leases:
        (await each.__aenter__()).add_query_logger(lambda query: asked.append(query.query))
    for each in leases:
        await each.__aexit__(None, None, None)
    return asked


async def _tell(on: Machine, snapshot: Snapshot) -> None:
    """As a worker does it."""
    relayed = await relay_batch(on.database, snapshot.workspace_id, ())
    assert relayed is not None
    async with Redis.from_url(on.valkey.url) as redis:
        outcome = outcome_of(snapshot.workspace_id, relayed)
        await redis.publish(channel_of(snapshot.workspace_id), outcome.notice)


async def _sockets(on: Machine) -> Figures:
    snapshot = await create_workspace(on.database, "Bench", owner=None, changes=CRM)
    keys = [await create_api_key(on.database, snapshot.workspace_id, f"bench {at}") for at in range(KEYS)]
    with armature(on) as server:
        async with _connected(server.url, keys[0].token, 100):  # what the first ones make the server load
            pass
        before = _memory(server.pid)
        async with AsyncExitStack() as stack:
            sockets = []
            for key in keys:
                sockets += await stack.enter_async_context(_connected(server.url, key.token, SOCKETS // KEYS))
            await _each(sockets, _subscribe)
            each = (_memory(server.pid) - before) / len(sockets)
            reader = [socket for at, socket in enumerate(sockets) if at % PLANS % 2]
            await _write(on, snapshot)
            since = perf_counter()
            await _tell(on, snapshot)
            await asyncio.gather(*(socket.recv() for socket in reader))
            took = perf_counter() - since
    return {
        f"{SOCKETS:,} WebSockets with a live query each: KiB of the server for one": each,
        f"ms until {len(reader):,} of them have read what one change brings": took * 1_000,
    }


async def _write(on: Machine, snapshot: Snapshot) -> None:
    settings = Settings()
    listener = Listener(on.postgres.url)
    workspaces = Workspaces(on.database, listener, settings.workspace_cache_size)
    engine = Engine(on.database, settings, workspaces, DocumentReader(settings))
    await engine.execute(Operation(CREATE, {}), snapshot.workspace_id)


@asynccontextmanager
async def _connected(url: str, token: str, count: int) -> AsyncIterator[list[ClientConnection]]:
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    protocols: Any = ["graphql-transport-ws"]
    async with AsyncExitStack() as stack:
        sockets = []
        greeting = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
        for _ in range(count):  # each says who it is before the next one comes: so many strangers are let in
            joining = connect(address, subprotocols=protocols, compression=None, ping_interval=None)
            socket = await stack.enter_async_context(joining)
            await socket.send(msgspec.json.encode(greeting).decode())
            await socket.recv()
            sockets.append(socket)
        yield sockets


async def _each(sockets: list[ClientConnection], do: Any) -> None:
    for at, socket in enumerate(sockets):
        await do(at, socket)


async def _subscribe(at: int, socket: ClientConnection) -> None:
    message = {"type": "subscribe", "id": "1", "payload": {"query": query(at % PLANS)}}
    await socket.send(msgspec.json.encode(message).decode())
    await socket.recv()


def _memory(pid: int) -> float:
    """In KiB, what it has of the machine's memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("VmRSS")).split()[1])
