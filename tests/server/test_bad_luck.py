"""Processes are killed, connections lost, models changed meanwhile: nothing is half done, nothing needs a restart."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest

from armature.core.db import Database, open_database
from armature.core.embedded import Server, start_postgres
from armature.metadata.packs.crm import CRM
from armature.migrations.catalog.migrate import migrate_catalog
from armature.migrations.workspace.create import create_workspace
from armature.migrations.workspace.doctor import diagnose
from armature.server.auth.api_keys import create_api_key
from tests.support.processes import ServerProcess, server_process

CREATE_FIELD = 'mutation ($name: String!) { createField(input: {object: "company", name: $name, type: TEXT}) { id } }'


@dataclass(frozen=True)
class Place:
    """A workspace with the CRM pack, and a key to it."""

    database_url: str
    workspace_id: UUID
    token: str


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = await open_database(url)
    try:
        yield db
    finally:
        await db.close()


async def make_place(url: str) -> Place:
    async with opened(url) as db:
        snapshot = await create_workspace(db, "Acme", owner=None, changes=CRM)
        key = await create_api_key(db, snapshot.workspace_id, "tests")
        return Place(url, snapshot.workspace_id, key.token)


async def findings(place: Place) -> list[Any]:
    async with opened(place.database_url) as db:
        return list(await diagnose(db, place.workspace_id))


@pytest.fixture
def place(migrated_database_url: str) -> Place:
    return asyncio.run(make_place(migrated_database_url))


def create_field(server: ServerProcess, place: Place, name: str) -> str | None:
    """The name where the server said that the field is there."""
    try:
        answer = server.ask(place.token, CREATE_FIELD, "/metadata", name=name)
    except httpx2.TransportError:
        return None
    return name if answer.get("data") else None


def company_fields(server: ServerProcess, place: Place) -> set[str]:
    answer = server.ask(place.token, '{ __type(name: "Company") { fields { name } } }')
    return {each["name"] for each in answer["data"]["__type"]["fields"]}


def test_a_server_killed_in_the_middle_of_changesets_leaves_no_half_of_one(place: Place, redis_url: str) -> None:
    acknowledged: set[str] = set()
    chance = random.Random(20261121)  # noqa: S311
    for life in range(3):
        with server_process(place.database_url, redis_url) as server, ThreadPoolExecutor(4) as pool:
            names = [f"field{life}x{number}" for number in range(24)]
            done = [pool.submit(create_field, server, place, name) for name in names]
            done[chance.randrange(18)].result()
            server.kill()
            acknowledged |= {name for each in done if (name := each.result())}

    assert asyncio.run(findings(place)) == []
    with server_process(place.database_url, redis_url) as server:
        assert acknowledged
        assert acknowledged <= company_fields(server, place)
        assert create_field(server, place, "afterwards")


def test_two_processes_change_one_model_at_once(place: Place, redis_url: str) -> None:
    names = [f"field{number}" for number in range(50)]
    with (
        server_process(place.database_url, redis_url) as one,
        server_process(place.database_url, redis_url) as other,
        ThreadPoolExecutor(10) as pool,
    ):
        servers = (one, other)
        made = pool.map(lambda at: create_field(servers[at % 2], place, names[at]), range(50))

        assert set(made) == set(names)
        for server in servers:
            assert set(names) <= company_fields(server, place)
            assert server.ask(place.token, "{ _schemaVersion }") == {"data": {"_schemaVersion": 51}}
    assert asyncio.run(findings(place)) == []


def test_a_lost_listener_makes_no_process_believe_in_an_old_model(place: Place, redis_url: str) -> None:
    with (
        server_process(place.database_url, redis_url) as one,
        server_process(place.database_url, redis_url) as other,
    ):
        for number in range(3):
            name = f"field{number}"
            one.ask(place.token, "{ companies { id } }")
            asyncio.run(end_listeners(place.database_url))
            assert create_field(other, place, name)

            assert one.ask(place.token, f"{{ companies(limit: 1) {{ {name} }} }}") == {"data": {"companies": []}}
            assert name in company_fields(one, place)


async def end_listeners(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'armature listener' AND datname = current_database()"
    )
    await connection.close()


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Server]:
    tmp_path.chmod(0o755)
    with start_postgres(tmp_path, settings={"fsync": "off"}) as server:  # a killed PostgreSQL loses nothing by that
        yield server


def test_postgresql_may_be_killed_and_come_back(own_postgres: Server, redis_url: str) -> None:
    asyncio.run(migrate_catalog(own_postgres.url))
    place = asyncio.run(make_place(own_postgres.url))
    with server_process(own_postgres.url, redis_url) as server:
        created = server.ask(place.token, 'mutation { createCompany(data: {name: "Acme"}) { id } }')
        assert created["data"]

        assert own_postgres.pid is not None
        os.kill(own_postgres.pid, signal.SIGKILL)
        refused = server.ask(place.token, "{ companies { name } }")
        assert refused["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert httpx2.get(f"{server.url}/healthz").status_code == 200
        assert httpx2.get(f"{server.url}/readyz").status_code == 503

        own_postgres.revive()
        assert server.ask(place.token, "{ companies { name } }") == {"data": {"companies": [{"name": "Acme"}]}}
        assert create_field(server, place, "afterwards")
        assert httpx2.get(f"{server.url}/readyz").status_code == 200
