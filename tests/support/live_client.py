"""A client of subscriptions: graphql-transport-ws by the `websockets` package, message by message."""

from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from armature.core.db import open_database
from armature.events.channel import Announced, announcement, channel_of
from armature.workers.relay import outcome_of, relay_batch

PROTOCOL = "graphql-transport-ws"

Message = dict[str, Any]


class LiveClient:
    """Messages of operations that nobody has asked for yet wait, by operation."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._waiting: dict[str | None, deque[Message]] = {}
        self._ids = map(str, count(1))

    async def send(self, **message: Any) -> None:
        await self.socket.send(msgspec.json.encode(message).decode())

    async def greet(self, **payload: Any) -> None:
        """The first message, and what the server says to it."""
        await self.send(type="connection_init", payload=payload)
        assert (await self.receive())["type"] == "connection_ack"

    async def subscribe(self, query: str, /, **variables: Any) -> str:
        """The id of the operation."""
        id_ = next(self._ids)
        await self.send(type="subscribe", id=id_, payload={"query": query, "variables": variables})
        return id_

    async def receive(self, id_: str | None = None) -> Message:
        """The next message of an operation, or the next that belongs to none."""
        while not (waiting := self._waiting.get(id_)):
            await self.take()
        return waiting.popleft()

    async def take(self) -> None:
        """One more message, whatever it belongs to."""
        message = msgspec.json.decode(await self.socket.recv(), type=Message)
        self._waiting.setdefault(message.get("id"), deque()).append(message)

    def has(self, id_: str) -> bool:
        """Whether messages of an operation have come that nobody has asked for yet."""
        return bool(self._waiting.get(id_))

    async def result(self, id_: str) -> Any:
        """The payload of the next `next`."""
        message = await self.receive(id_)
        assert message["type"] == "next", message
        return message["payload"]

    async def data(self, id_: str) -> Any:
        result = await self.result(id_)
        assert "errors" not in result, result
        return result["data"]

    async def error(self, id_: str) -> Any:
        """The one error that an operation ends with, its extensions beside its other keys."""
        message = await self.receive(id_)
        assert message["type"] == "error", message
        (error,) = message["payload"]
        return {**error, **error["extensions"]}

    async def closed(self) -> tuple[int, str]:
        """The code and the reason with which the server closes."""
        with suppress(ConnectionClosed):
            while True:
                await self.socket.recv()
        assert self.socket.close_code is not None
        return self.socket.close_code, self.socket.close_reason or ""


@asynccontextmanager
async def connected(url: str, headers: Mapping[str, str] | None = None, **given: Any) -> AsyncIterator[LiveClient]:
    """A WebSocket to a site; it says nothing by itself."""
    named: Any = {"subprotocols": [PROTOCOL], **given}
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    async with connect(address, additional_headers=headers, compression=None, max_size=None, **named) as socket:
        yield LiveClient(socket)


@asynccontextmanager
async def live(url: str, token: str) -> AsyncIterator[LiveClient]:
    """One that may ask."""
    async with connected(url) as client:
        await client.greet(Authorization=f"Bearer {token}")
        yield client


class Relay:
    """Says what a relay says, once events have their positions."""

    def __init__(self, redis: Redis, workspace_id: str) -> None:
        self._redis = redis
        self._workspace_id = UUID(workspace_id)
        self.position = 0

    async def announce(self, *tables: str) -> None:
        self.position += 1
        announced = Announced(self.position, self.position, tables)
        await self._redis.publish(channel_of(self._workspace_id), announcement(announced))

    async def tell(self, database_url: str) -> None:
        """As a worker does it, for whatever has happened."""
        db = await open_database(database_url, pool_size=1)
        relayed = await relay_batch(db, self._workspace_id, ())
        await db.close()
        assert relayed is not None
        await self._redis.publish(channel_of(self._workspace_id), outcome_of(self._workspace_id, relayed).notice)


@asynccontextmanager
async def relay(redis_url: str, workspace_id: str) -> AsyncIterator[Relay]:
    redis = Redis.from_url(redis_url)
    yield Relay(redis, workspace_id)
    await redis.aclose()
