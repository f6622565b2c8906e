"""One server process as far as subscriptions are concerned: what listens, and a relay that tells what happened."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from redis.asyncio import Redis

from armature.core.settings import Settings
from armature.events.channel import channel_of
from armature.metadata.packs.crm import CRM
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.caller import Caller
from armature.server.auth.identity import WorkspaceIdentity
from armature.server.live.channels import Channels
from armature.server.live.places import Live
from armature.server.live.topics.rooms import Pace, Rooms
from armature.workers.relay import Relayed, outcome_of, relay_batch
from tests.support.data_api import Client, DataApi, data_api
from tests.support.live_client import Relay

POOL = 4
GRACE = 0.5
UNLIMITED = (1_000_000, 1_000_000)


@dataclass(eq=False)
class Ear:
    """A subscription whose results are kept; `known` is what a test makes of them."""

    identity: WorkspaceIdentity
    heard: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)
    results: int = 0
    known: dict[str, Any] = field(default_factory=dict)
    is_behind: bool = False

    def next(self, result: bytes, _position: int | None = None) -> None:
        self.results += 1
        self.heard.put_nowait(msgspec.json.decode(result))

    def renew(self, result: bytes) -> None:
        self.next(result)

    def fail(self, entries: bytes) -> None:
        self.heard.put_nowait({"errors": msgspec.json.decode(entries)})

    async def sent(self) -> None:
        """Whoever hears here hears at once."""

    async def data(self) -> Any:
        result = await self.heard.get()
        assert "errors" not in result, result
        return result["data"]


@dataclass
class World:
    """One server process as far as live queries are concerned, and a workspace."""

    api: DataApi
    live: Live
    client: Client
    relay: Relay
    redis: Redis
    statements: list[str]

    def ear(self, caller: Caller | None = None) -> Ear:
        who = caller or self.client.caller
        return Ear(WorkspaceIdentity(who.user_id, self.client.snapshot.workspace_id, "member", actor=who))

    async def follow(self, query: str, caller: Caller | None = None, /, **variables: Any) -> Ear:
        ear = self.ear(caller)
        assert await self.live.follow(Operation(query, variables), ear) is not None
        return ear

    def speaker(self, caller: Caller) -> Client:
        """Somebody who says something."""
        return replace(self.client, caller=caller)

    async def tell(self) -> None:
        """As a worker does it: events get their positions, and who listens hears of them."""
        workspace_id = self.client.snapshot.workspace_id
        await self.redis.publish(channel_of(workspace_id), outcome_of(workspace_id, await self.number()).notice)

    async def number(self) -> Relayed:
        """As a worker that dies before it tells anybody."""
        relayed = await relay_batch(self.api.db, self.client.snapshot.workspace_id, ())
        assert relayed is not None
        return relayed

    async def settled(self) -> None:
        """Returns when all that was heard of has been asked for, and what was asked is noted."""
        for place in self.live.places.values():
            for watch in place.watches.values():
                await watch.settled()
        await asyncio.sleep(0)

    def counted(self) -> list[str]:
        """The statements that have read records until now; from now on they are counted anew."""
        found = [*self.statements]
        self.statements.clear()
        return found


@asynccontextmanager
async def opened(url: str, redis_url: str, pool_size: int = POOL, **pace: Any) -> AsyncIterator[World]:
    """`pace` is what is not as usual in topics: see `Pace`."""
    settings = Settings(redis_url=redis_url, database_pool_size=pool_size, live_subscriptions_of_caller=20_000)
    redis, channels = Redis.from_url(redis_url), Channels(redis_url)
    rooms = Rooms(redis, channels, replace(Pace.of(settings), **{"grace": GRACE, "limits": UNLIMITED, **pace}))
    async with data_api(url, settings, pool_size=pool_size, say=rooms.say) as api:
        live = Live(api.db, api.engine, api.listener, channels, rooms, settings)
        client = Client(api, await api.workspace(CRM))
        statements: list[str] = []
        await count(api, pool_size, lambda query: statements.append(query.query) if is_look(query.query) else None)
        yield World(api, live, client, Relay(redis, str(client.snapshot.workspace_id)), redis, statements)
        await live.close()
    await rooms.close()
    await channels.close()
    await redis.aclose()


def is_look(query: str) -> bool:
    """Whether it reads records. Writes here begin with WITH; the model is read from other schemas."""
    return query.startswith("SELECT") and "workspace_" in query


async def count(api: DataApi, connections: int, note: Callable[[Any], None]) -> None:
    """On all connections there are."""
    leases = [api.db.connection() for _ in range(connections)]
    for each in leases:
        (await each.__aenter__()).add_query_logger(note)
    for each in leases:
        await each.__aexit__(None, None, None)
