"""Valkey, relays and servers are killed while clients listen; a server shuts down."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from armature.core.embedded import start_valkey
from armature.metadata.packs.crm import CRM
from armature.server.app import create_app
from armature.server.auth.api_keys import create_api_key
from tests.server.live.test_queries import NAMES, named
from tests.server.live.world import opened
from tests.support.control_plane import Caller, settings
from tests.support.data_api import data_api
from tests.support.live_client import live
from tests.support.processes import server_process
from tests.support.relay_process import FOLLOWED
from tests.support.servers import make_folder, remove_folder
from tests.support.serving import serving


@pytest.fixture
def folder() -> Iterator[Path]:
    made = make_folder()
    yield made
    remove_folder(made)


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


EVENTS = "subscription($after: BigInt) {companyEvents(after: $after) {position record {name}}}"
ROUNDS = 2


@contextmanager
def relaying(database_url: str, redis_url: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that relays, from when it does until it is killed."""
    command = (sys.executable, "-m", "tests.support.relay_process", database_url, redis_url)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "relaying\n"
        try:
            yield process
        finally:
            process.kill()


async def test_no_event_is_lost_or_told_twice_where_relays_and_servers_are_killed(
    migrated_database_url: str, redis_url: str
) -> None:
    url, told, last = migrated_database_url, list[str](), "0"
    async with data_api(url) as api:
        snapshot = await api.workspace(CRM)
        async with api.db.connection() as connection:
            await connection.execute(FOLLOWED.format(snapshot.schema))
        token = (await create_api_key(api.db, snapshot.workspace_id, "tests")).token

    with server_process(url, redis_url) as writer:

        def create(name: str) -> None:
            answer = writer.ask(token, f'mutation {{createCompany(data: {{name: "{name}"}}) {{id}}}}')
            assert "errors" not in answer

        for number in range(ROUNDS):
            with server_process(url, redis_url) as listening:
                async with live(listening.url, token) as client:
                    events = await client.subscribe(EVENTS, after=last)
                    with relaying(url, redis_url):
                        create(f"{number}a")
                    create(f"{number}b")
                    with relaying(url, redis_url):
                        create(f"{number}c")
                        while not told or told[-1] != f"{number}c":
                            event = (await client.data(events))["companyEvents"]
                            told.append(event["record"]["name"])
                            last = event["position"]
                        create(f"{number}d")
                    listening.kill()

    expected = [f"{number}{each}" for number in range(ROUNDS) for each in "abcd"]
    assert told == expected[: len(told)]
    assert len(told) == len(expected) - 1  # nobody has listened to the last one
