"""Valkey is killed and loses all it knew; a server shuts down while clients listen."""

import asyncio
import os
import signal
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from armature.core.embedded import start_valkey
from armature.server.app import create_app
from tests.server.live.test_queries import NAMES, named
from tests.server.live.world import opened
from tests.support.control_plane import Caller, settings
from tests.support.live_client import live
from tests.support.servers import make_folder
from tests.support.serving import serving


@pytest.fixture
def folder() -> Path:
    return make_folder()


async def test_what_valkey_s_death_has_hidden_comes_once_it_is_back(migrated_database_url: str, folder: Path) -> None:
    with start_valkey(folder) as valkey:
        async with opened(migrated_database_url, valkey.url) as world:
            names = await world.follow(NAMES)
            events = await world.follow("subscription {companyEvents {record {name}}}")
            assert await names.data() == named()

            assert valkey.pid is not None
            os.kill(valkey.pid, signal.SIGKILL)
            await world.client.data('mutation {createCompany(data: {name: "Acme"}) {id}}')
            await world.number()
            await asyncio.to_thread(valkey.revive)

            assert await names.data() == named("Acme")
            assert (await events.data())["companyEvents"]["record"] == {"name": "Acme"}


async def test_a_server_that_shuts_down_says_so(own: Caller) -> None:
    """The code has clients connect again; a stream ends without `complete`, which does the same."""
    given = settings(own.site.database_url, own.site.redis_url)
    with ExitStack() as stack:
        url = stack.enter_context(serving(create_app(given)))
        streamed = {"accept": "text/event-stream", **own.headers}
        async with (
            live(url, own.token) as client,
            httpx2.AsyncClient(timeout=None) as http,
            http.stream("POST", f"{url}/graphql", json={"query": NAMES}, headers=streamed) as response,
        ):
            assert await client.data(await client.subscribe(NAMES)) == named()
            text = response.aiter_text()
            assert "next" in await anext(text) + await anext(text)

            ending = asyncio.create_task(asyncio.to_thread(stack.close))
            assert (await client.closed())[0] == 1012
            rest = [each async for each in text]
            await ending
            assert "complete" not in "".join(rest)
