"""A process that does nothing but relay events, for tests that kill it. Arguments: URLs of PostgreSQL and Valkey."""

import asyncio
import sys
from collections.abc import Sequence
from uuid import UUID

from armature.core.db import Connection, open_database
from armature.core.valkey import opened_redis
from armature.events.numbering import Event
from armature.workers.relay import LONGEST_WAIT, Relay
from armature.workers.sweep import Sweep

FOLLOWED = "CREATE TABLE {}.followed (position bigint PRIMARY KEY)"
"""What the test's consumer writes; a position that came twice would be refused."""


async def follow(connection: Connection, _workspace_id: UUID, schema: str, events: Sequence[Event]) -> None:
    rows = [(each.position,) for each in events]
    await connection.copy_records_to_table("followed", schema_name=schema, records=rows)


async def main(database_url: str, redis_url: str) -> None:
    db = await open_database(database_url)
    redis = opened_redis(redis_url, longest_wait=LONGEST_WAIT)
    relay = Relay(db, redis, [follow])
    async with relay.relaying(), Sweep(db, relay).sweeping():
        print("relaying", flush=True)  # noqa: T201  who started it waits for that
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
