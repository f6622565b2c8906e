"""The whole server, on a real PostgreSQL and a real Valkey."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from graphql import build_client_schema, get_introspection_query

from armature.core.db import open_database
from armature.core.errors import BadUserInput
from armature.core.settings import Settings
from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.create import create_workspace
from armature.server.app import create_app
from armature.server.auth.api_keys import create_api_key
from tests.support.audits import audits
from tests.support.servers import Databases
from tests.support.serving import serving

http = httpx2.Client(timeout=None)

SECRET_KEY = "a key of the tests, of more than thirty-two bytes"


@dataclass(frozen=True)
class Live:
    """A server with one workspace, made from the CRM pack."""

    url: str
    token: str
    schema: str
    database_url: str

    def ask(self, query: str, path: str = "/graphql") -> httpx2.Response:
        return http.post(f"{self.url}{path}", json={"query": query}, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "accept": "application/graphql-response+json"}


@pytest.fixture(scope="module")
def live(databases: Databases, migrated_template_url: str, worker_redis_url: str) -> Iterator[Live]:
    database_url = databases.create(template=migrated_template_url)
    schema, token = asyncio.run(make_workspace(database_url))
    with serving(create_app(settings(database_url, worker_redis_url))) as url:
        yield Live(url, token, schema, database_url)
    databases.drop(database_url)


@pytest.fixture
def hasty(live: Live, worker_redis_url: str) -> Iterator[Live]:
    """A second server for the same workspace, which gives a request half a second."""
    with serving(create_app(settings(live.database_url, worker_redis_url, request_timeout=0.5))) as url:
        yield replace(live, url=url)


async def make_workspace(database_url: str) -> tuple[str, str]:
    """Its schema and an API key."""
    database = await open_database(database_url)
    try:
        snapshot = await create_workspace(database, "Acme", owner=None, changes=CRM)
        return snapshot.schema, (await create_api_key(database, snapshot.workspace_id, "tests")).token
    finally:
        await database.close()


def settings(database_url: str | None, redis_url: str | None, request_timeout: float = 30.0) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        secret_key=SECRET_KEY,
        database_pool_size=2,
        request_timeout=request_timeout,
        workers="none",
    )


# The data API


def test_a_key_opens_its_workspace(live: Live) -> None:
    created = live.ask('mutation { createCompany(data: {name: "Acme"}) { id name } }')
    assert created.status_code == 200
    id_ = created.json()["data"]["createCompany"]["id"]
    assert live.ask(f'{{ company(id: "{id_}") {{ name }} }}').json() == {"data": {"company": {"name": "Acme"}}}


def test_a_record_of_defaults_only_can_be_created(live: Live) -> None:
    (record,) = live.ask("mutation { createPerson(data: {}) { id } }").json()["data"].values()
    assert UUID(record["id"])


def test_without_a_key_there_is_no_data(live: Live) -> None:
    for headers in ({}, {"authorization": "Bearer arm_forged"}, {"authorization": "Basic eDp5"}):
        response = http.post(f"{live.url}/graphql", json={"query": "{ __typename }"}, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert http.get(f"{live.url}/schema.graphql", headers=headers).status_code == 401


@pytest.mark.xdist_group("audits")
@pytest.mark.parametrize("path", ["/graphql", "/metadata"])
def test_every_audit_is_ok(live: Live, path: str) -> None:
    found = audits(f"{live.url}{path}", live.headers["authorization"])
    assert [str(each) for each in found if each.status != "ok"] == []
    assert len(found) >= 61


@pytest.mark.xdist_group("audits")
def test_every_audit_is_ok_without_a_caller_where_none_is_needed(live: Live) -> None:
    assert [str(each) for each in audits(f"{live.url}/metadata") if each.status != "ok"] == []


INTROSPECTION = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True
)


@pytest.mark.parametrize("path", ["/graphql", "/metadata"])
def test_the_usual_introspection_is_within_the_limits(live: Live, path: str) -> None:
    body = live.ask(INTROSPECTION, path).json()
    assert "errors" not in body
    assert build_client_schema(body["data"]).query_type is not None


def test_the_callers_schema_can_be_read(live: Live) -> None:
    response = http.get(f"{live.url}/schema.graphql", headers=live.headers)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "type Company" in response.text
    assert "createCompany(" in response.text


async def test_what_takes_too_long_is_cancelled_in_postgresql(live: Live, hasty: Live) -> None:
    async with held_up(live) as waiting:
        response = await asyncio.to_thread(hasty.ask, "{ companies { id } }")
        assert response.status_code == 504
        assert response.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
        while await waiting():  # noqa: ASYNC110  another process's state: nothing tells of it
            await asyncio.sleep(0.05)
    assert live.ask("{ companies { id } }").status_code == 200


ENDLESS = r"^(a+)(a+)(a+)(a+)\\1\\2\\3\\4b$"
"""A regular expression that PostgreSQL tries for ages, in GraphQL."""


def test_an_endless_regular_expression_is_cancelled_and_the_connections_are_fine(live: Live, hasty: Live) -> None:
    name = "a" * 501 + "b"
    assert live.ask(f'mutation {{ createCompany(data: {{name: "{name}"}}) {{ id }} }}').status_code == 200
    for _ in range(3):  # more often than there are connections
        response = hasty.ask(f'{{ companies(filter: {{name: {{regex: "{ENDLESS}"}}}}) {{ id }} }}')
        assert response.status_code == 504
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "TIMEOUT"
        assert "Ask for less, or raise ARMATURE_REQUEST_TIMEOUT." in json.dumps(error)

    answers = (hasty.ask('{ companies(filter: {name: {regex: "^a+b$"}}) { name } }') for _ in range(20))
    answered = next(each for each in answers if each.status_code == 200)  # a busy machine may need more than its haste
    assert answered.json() == {"data": {"companies": [{"name": name}]}}


async def test_what_nobody_waits_for_is_cancelled_in_postgresql(live: Live) -> None:
    async with held_up(live) as waiting, httpx2.AsyncClient(timeout=None) as client:
        asked = asyncio.create_task(client.get(f"{live.url}/graphql?query={{companies{{id}}}}", headers=live.headers))
        while not await waiting():  # noqa: ASYNC110  another process's state: nothing tells of it
            await asyncio.sleep(0.05)
        asked.cancel()
        while await waiting():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert live.ask("{ companies { id } }").status_code == 200


@asynccontextmanager
async def held_up(live: Live) -> AsyncIterator[Any]:
    """While the block runs, whoever reads companies waits; yields a function that counts those."""
    connection = await asyncpg.connect(live.database_url)

    async def waiting() -> int:
        found: int = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'armature'"
        )
        return found

    try:
        async with connection.transaction():
            await connection.execute(f'LOCK TABLE "{live.schema}".companies')
            yield waiting
    finally:
        await connection.close()


# Is it ready?


def test_it_is_ready_when_all_it_needs_is_there(migrated_database_url: str, redis_url: str) -> None:
    with serving(create_app(settings(migrated_database_url, redis_url))) as url:
        response = http.get(f"{url}/readyz")
        assert response.json() == {"ready": True, "checks": {"database": "ok", "catalog": "ok", "redis": "ok"}}
        assert response.status_code == 200


def test_it_is_not_ready_on_a_database_nobody_migrated(database_url: str, redis_url: str) -> None:
    with serving(create_app(settings(database_url, redis_url))) as url:
        response = http.get(f"{url}/readyz")
        assert response.status_code == 503
        assert "armature migrate" in response.json()["checks"]["catalog"]
        assert http.get(f"{url}/healthz").status_code == 200


def test_it_serves_without_valkey_but_is_not_ready(migrated_database_url: str) -> None:
    with serving(create_app(settings(migrated_database_url, "redis://127.0.0.1:1"))) as url:
        checks = http.get(f"{url}/readyz").json()["checks"]
        assert checks["database"] == checks["catalog"] == "ok"
        assert checks["redis"] != "ok"


def test_its_root_leads_to_the_playground(migrated_database_url: str, redis_url: str) -> None:
    with serving(create_app(settings(migrated_database_url, redis_url))) as url:
        assert http.get(url).headers["location"] == "/playground"


def test_settings_that_cannot_work_are_refused_at_once() -> None:
    with pytest.raises(BadUserInput, match="DATABASE_URL"):
        create_app(Settings())
    with pytest.raises(BadUserInput, match=r"https://a\.example/path"):
        create_app(
            Settings(database_url="x", redis_url="x", secret_key=SECRET_KEY, cors_origins=("https://a.example/path",))
        )


# Sent twice


def test_a_mutation_sent_twice_under_one_key_is_executed_once(live: Live) -> None:
    def send(title: str, key: str) -> httpx2.Response:
        query = f'mutation {{createTask(data: {{title: "{title}"}}) {{id}}}}'
        return http.post(f"{live.url}/graphql", json={"query": query}, headers={**live.headers, "idempotency-key": key})

    first, again, other = send("a", "twice"), send("a", "twice"), send("b", "twice")

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert first.content == again.content
    assert other.json()["errors"][0]["extensions"]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["", "a b", "é".encode().decode("latin-1"), "x" * 256])
def test_a_key_is_short_and_visible(live: Live, key: str) -> None:
    known = {name.encode(): value.encode() for name, value in live.headers.items()}
    headers = {**known, b"idempotency-key": key.encode("latin-1")}
    response = http.post(f"{live.url}/graphql", json={"query": "{__typename}"}, headers=headers)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["field"] == "Idempotency-Key"


# Kinds that need more than a column


def test_rollups_vectors_and_unions_are_made_and_asked_for_over_http(live: Live) -> None:
    steps = """mutation { applyChangeset(changes: [
      {createObject: {nameSingular: "parcel", fields: [
        {name: "weight", type: NUMBER, settings: {dataType: "int"}},
        {name: "place", type: VECTOR, settings: {dimensions: 2}},
        {name: "owner", type: MORPH_RELATION, targets: ["company", "person"]}]}},
      {createField: {object: "company", name: "heavy", type: ROLLUP, settings: {
        relation: "parcels", aggregate: "SUM", field: "weight", filter: {weight: {gt: 5}}}}}]) { version } }"""
    assert "errors" not in live.ask(steps, "/metadata").json()

    create = """mutation { createParcels(data: [
      {weight: 7, place: [1, 0], owner: {company: {create: {name: "Carrier"}}}}, {weight: 3, place: [0, 1]}]) {
        owner { __typename ... on Company { name heavy } } } }"""
    assert live.ask(create).json()["data"]["createParcels"] == [
        {"owner": {"__typename": "Company", "name": "Carrier", "heavy": "7"}},
        {"owner": None},
    ]
    to = "to: [0, 2], metric: L2"
    nearest = f"{{ parcels(orderBy: {{place: {{nearest: {{{to}}}}}}}) {{ weight placeDistance({to}) }} }}"
    assert live.ask(nearest).json()["data"]["parcels"][0] == {"weight": 3, "placeDistance": 1}

    wrong = 'mutation { deleteField(input: {object: "parcel", field: "weight"}) { id } }'
    (error,) = live.ask(wrong, "/metadata").json()["errors"]
    assert error["extensions"]["code"] == "CONFLICT"
    assert error["message"] == 'The rollup "heavy" of "company" needs "weight".'
