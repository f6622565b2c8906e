"""A server is killed while many write: what was acknowledged has its events, what has events was written."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx2
import pytest

from armature.metadata.store import load_snapshot
from tests.server.test_bad_luck import Place, findings, make_place, opened
from tests.support.processes import ServerProcess, server_process
from tests.support.replay import events_of, images_of, replayed

LIVES, WRITERS, WRITES = 3, 6, 12

CREATE = "mutation ($n: String) {createCompany(data: {name: $n, people: {create: [{lastName: $n}, {}]}}) {id}}"
MANY = "mutation ($n: String) {createTasks(data: [{title: $n}, {title: $n}]) {id}}"
UPDATE = (
    "mutation ($n: String) {createNote(data: {title: $n}) {id} "
    'updateCompanies(filter: {name: {startsWith: "w"}}, data: {addressCity: $n}) {count}}'
)
DESTROY = (
    "mutation ($n: String) @atomic {createCompany(data: {name: $n}) {id} "
    'destroyCompanies(filter: {name: {endsWith: "3"}}) {count}}'
)
MUTATIONS = (CREATE, CREATE, MANY, UPDATE, DESTROY)


@pytest.fixture
def place(migrated_database_url: str) -> Place:
    return asyncio.run(make_place(migrated_database_url))


def written(server: ServerProcess, place: Place, mutation: str, name: str) -> str | None:
    """Its id, where the server said that the write was done."""
    headers = {"authorization": f"Bearer {place.token}", "x-request-id": name}
    body = {"query": mutation, "variables": {"n": name}}
    try:
        answer = httpx2.post(f"{server.url}/graphql", json=body, headers=headers, timeout=60).json()
    except httpx2.TransportError:
        return None
    return None if "errors" in answer else name


async def told(place: Place) -> list[Any]:
    """All events, once they are known to lead from nothing to what the tables hold."""
    async with opened(place.database_url) as db, db.transaction() as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        snapshot = await load_snapshot(connection, place.workspace_id)
        now, events = await images_of(connection, snapshot), await events_of(connection, snapshot)
    assert replayed({table: {} for table in now}, events) == now
    return list(events)


def test_no_write_is_without_its_events_and_no_event_without_its_write(place: Place, redis_url: str) -> None:
    chance, numbers = random.Random(20261121), count()  # noqa: S311
    acknowledged: set[str] = set()
    for _ in range(LIVES):
        with server_process(place.database_url, redis_url) as server, ThreadPoolExecutor(WRITERS) as pool:
            asked = [(chance.choice(MUTATIONS), f"w{next(numbers)}") for _ in range(WRITERS * WRITES)]
            done = [pool.submit(written, server, place, *each) for each in asked]
            done[chance.randrange(len(done))].result()
            server.kill()
            acknowledged |= {name for each in done if (name := each.result())}

    events = asyncio.run(told(place))

    by_request = {each["request_id"] for each in events}
    assert acknowledged
    assert acknowledged <= by_request
    assert asyncio.run(findings(place)) == []
