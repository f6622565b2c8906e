"""A worker's part for webhooks, in a test's own process: events are relayed when the test says so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from armature.core.db import Database, open_database
from armature.core.notices import Listener
from armature.core.settings import Settings
from armature.workers.relay import relay_batch
from armature.workers.webhooks import Webhooks
from tests.support.control_plane import Caller, Site, settings

POOL = 6
LOOPBACK = ("127.0.0.0/8",)
CREATE = "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { secret webhook { id } } }"
DELIVERIES = """query($webhook: ID!) { webhookDeliveries(webhook: $webhook, limit: 200) {
  id type record state error events attemptCount payload finishedAt
  attempts { status error duration url requestHeaders responseHeaders responseBody } } }"""


@dataclass
class Teller:
    """Tells of what `caller` does."""

    db: Database
    webhooks: Webhooks
    caller: Caller

    async def relay(self) -> None:
        """All that was written since the last time."""
        await relay_batch(self.db, UUID(self.caller.workspace_id), (self.webhooks.matching.consume,))

    async def do(self, mutation: str, **variables: Any) -> Any:
        """A mutation on /graphql, and what follows."""
        found = await asyncio.to_thread(self.caller.data, mutation, **variables)
        await self.relay()
        return found

    async def new(self, url: str, *events: str, **given: Any) -> "Told":
        whole = {"url": url, "events": list(events), "role": "admin", **given}
        made = (await asyncio.to_thread(self.caller.do, CREATE, input=whole))["createWebhook"]
        return Told(self, made["webhook"]["id"], made["secret"])

    async def run(self, sql: str, *values: Any) -> list[Any]:
        async with self.db.connection() as connection:
            return await connection.fetch(sql, *values)


@dataclass(frozen=True)
class Told:
    """A webhook under test."""

    teller: Teller
    id: str
    secret: str

    async def log(self) -> list[Any]:
        """Its deliveries, the oldest first."""
        found = await asyncio.to_thread(self.teller.caller.do, DELIVERIES, webhook=self.id)
        return list(reversed(found["webhookDeliveries"]))

    async def until(self, is_so: Callable[[list[Any]], bool]) -> list[Any]:
        """The log, once it is so."""
        while not is_so(found := await self.log()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return found

    async def until_settled(self, count: int) -> list[Any]:
        return await self.until(lambda log: len(log) >= count and all(each["state"] != "WAITING" for each in log))

    async def until_tried(self, count: int) -> list[Any]:
        """Once so many attempts have been made in all: the log reads them after the deliveries, so it is read again."""
        await self.until(lambda log: sum(len(each["attempts"]) for each in log) >= count)
        return await self.log()

    async def hurry(self) -> None:
        """What waits for its next attempt is due now."""
        await self.teller.run(
            "UPDATE armature.deliveries SET due_at = now() WHERE webhook_id = $1::text::uuid AND state = 'WAITING'",
            self.id,
        )
        await self.teller.run(
            "UPDATE armature.webhook_endpoints SET due_at = now(), open_until = NULL WHERE webhook_id = $1::text::uuid",
            self.id,
        )


def worker_settings(site: Site) -> Settings:
    return replace(settings(site.database_url, site.redis_url), outbound_networks=LOOPBACK)


@asynccontextmanager
async def telling(site: Site, caller: Caller, given: Settings | None = None) -> AsyncIterator[Teller]:
    """It delivers only within `running`."""
    db = await open_database(site.database_url, pool_size=POOL)
    listener = Listener(site.database_url)
    try:
        webhooks = Webhooks(db, given or worker_settings(site), listener)
        await listener.start()
        teller = Teller(db, webhooks, caller)
        await teller.relay()  # what signing up has written
        yield teller
    finally:
        await listener.stop()
        await db.close()
