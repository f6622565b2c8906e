"""Requests that know a field as it was, when it is converted while they wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from armature.core.db import Connection
from armature.metadata.changes import NewField
from armature.metadata.model import Snapshot
from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.change import change_workspace
from tests.metadata.models import add_field, update_field
from tests.support.data_api import Client, DataApi, data_api

CREATE = 'mutation { createCompany(data: {name: "Waited", size: 5}) { size } }'
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::regclass"


@asynccontextmanager
async def held_up(api: DataApi, table: str) -> AsyncIterator[Connection]:
    """Nobody gets a lock on the table that matters."""
    async with api.db.transaction() as connection:
        await connection.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        yield connection


async def _wait_for(connection: Connection, table: str, count: int) -> None:
    """Until so many wait for a lock."""
    while await connection.fetchval(WAITING, table) < count:  # noqa: ASYNC110  of another process
        await asyncio.sleep(0.01)


async def test_a_write_that_waited_is_in_the_field_that_is(api: DataApi, data_url: str) -> None:
    size = NewField(name="size", type="NUMBER", settings={"dataType": "int"})
    snapshot: Snapshot = await api.workspace([*CRM, add_field("company", size)])
    table = f"{snapshot.schema}.companies"
    async with data_api(data_url, listen_at=None) as late:
        client = Client(late, snapshot)
        assert (await client.data(CREATE))["createCompany"] == {"size": 5}
        async with held_up(api, table) as other:
            converting = asyncio.create_task(
                change_workspace(
                    api.db, snapshot.workspace_id, [update_field("company", "size", settings={"dataType": "bigint"})]
                )
            )
            await _wait_for(other, table, 1)
            writing = asyncio.create_task(client.data(CREATE))
            reading = asyncio.create_task(client.data("{ companies { size } }"))
            await _wait_for(other, table, 3)
        await converting
        assert (await writing)["createCompany"] == {"size": "5"}
        assert {"size": "5"} in (await reading)["companies"]
        assert await client.data("{ companies { size } }") == {"companies": [{"size": "5"}, {"size": "5"}]}
