"""Is it ready, and how does it stand: what is done outside of requests, and what was answered."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families
from redis.exceptions import OutOfMemoryError
from sqlalchemy import func, update

from armature.core.db import Database, execute, open_database
from armature.core.embedded import start_valkey
from armature.core.settings import Settings
from armature.core.valkey import opened_redis
from armature.events.marks import BEHIND, Marks
from armature.jobs.alive import WORKERS, live_workers, say_alive
from armature.jobs.job import NewJob
from armature.jobs.ledger import enqueue, jobs_of
from armature.metadata.tables import jobs
from armature.server.app import create_app
from armature.workers.kinds import Kind
from armature.workers.task import Task
from armature.workers.worker import Worker
from tests.support.control_plane import Caller, Site, settings
from tests.support.receiver import receiver, status
from tests.support.servers import make_folder, remove_folder
from tests.support.serving import serving
from tests.support.telling import LOOPBACK


@pytest.fixture
def wanted(migrated_database_url: str, redis_url: str) -> Settings:
    return replace(settings(migrated_database_url, redis_url), workers="expected", metrics="on")


@pytest.fixture
def site(wanted: Settings) -> Iterator[Site]:
    with serving(create_app(wanted)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, wanted.database_url or "", http, wanted.redis_url or "")


def checks(site: Site) -> dict[str, str]:
    answer = site.http.get(f"{site.url}/readyz")
    found: dict[str, str] = answer.json()["checks"]
    assert answer.status_code == (200 if set(found.values()) == {"ok"} else 503)
    return found


async def alive(site: Site) -> None:
    async with opened_redis(site.redis_url) as redis:
        await say_alive(redis)


async def test_it_is_not_ready_without_a_worker(site: Site) -> None:
    assert "armature worker" not in checks(site)["database"]
    assert "No worker" in checks(site)["workers"]
    await alive(site)
    assert set(checks(site)) == {"database", "catalog", "redis", "workers", "jobs", "events"}
    assert set(checks(site).values()) == {"ok"}
    async with opened_redis(site.redis_url) as redis:
        (worker,) = await live_workers(redis)
        await redis.zincrby(WORKERS, -60, worker)
    assert "No worker" in checks(site)["workers"]


@pytest.fixture
def own_valkey() -> Iterator[str]:
    folder = make_folder()
    with start_valkey(folder) as server:
        yield server.url
    remove_folder(folder)


async def test_it_is_not_ready_with_a_valkey_that_is_full(wanted: Settings, own_valkey: str) -> None:
    async with opened_redis(own_valkey) as redis:
        await say_alive(redis)
        with serving(create_app(replace(wanted, redis_url=own_valkey))) as url, httpx2.Client(timeout=None) as http:
            site = Site(url, wanted.database_url or "", http, own_valkey)
            assert checks(site)["redis"] == "ok"
            await redis.config_set("maxmemory", "1mb")
            assert checks(site)["redis"].startswith("Valkey takes no writes")
            with pytest.raises(OutOfMemoryError):
                await say_alive(redis)
            await redis.config_set("maxmemory", "0")
            assert checks(site)["redis"] == "ok"


async def test_it_is_not_ready_while_jobs_wait_for_too_long(site: Site, wanted: Settings) -> None:
    await alive(site)
    db = await open_database(site.database_url)
    async with db.transaction() as connection:
        await enqueue(connection, NewJob(kind="nothing", wait=timedelta(days=1)))
        await enqueue(connection, NewJob(kind="something"))
    assert checks(site)["jobs"] == "ok"
    async with db.connection() as connection:
        late = func.now() - timedelta(seconds=wanted.max_backlog + 5)
        await execute(connection, update(jobs).where(jobs.c.kind == "something").values(due_at=late))
    assert "605 s" in checks(site)["jobs"]
    await db.close()


def test_a_catalog_that_is_missing_is_told_once(wanted: Settings, database_url: str) -> None:
    with serving(create_app(replace(wanted, database_url=database_url))) as url:
        checks = httpx2.get(f"{url}/readyz").json()["checks"]
        assert "armature migrate" in checks["catalog"]
        assert checks["jobs"] == "ok"


async def test_it_is_not_ready_while_events_wait_for_too_long(site: Site) -> None:
    await alive(site)
    async with opened_redis(site.redis_url) as redis:
        seconds, _ = await redis.time()
        await redis.zadd(BEHIND, {"0" * 32: (seconds - 700) * 1_000})
        assert 699 < (await Marks(redis).lag()).longest < 800
    assert "Events have been waiting for 70" in checks(site)["events"]


def measured(site: Site) -> dict[tuple[str, tuple[str, ...]], float]:
    text = site.http.get(f"{site.url}/metrics").text
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


FAILED = ("armature_worker_jobs_total", ("fails", "failed"))
WORKERS_ALIVE = ("armature_workers", ())
"""Told at different times: a worker says that it lives after its first look, and hands its counts over when it ends."""


async def run_a_job(db: Database, given: Settings) -> None:
    async def fail(_: Task) -> None:
        raise RuntimeError("it fails")

    async with db.transaction() as connection:
        await enqueue(connection, NewJob(kind="fails"))
        await enqueue(connection, NewJob(kind="waits", wait=timedelta(days=1)))
    async with Worker(db, given, {"fails": Kind(fail, attempts=1)}).working():
        while not await jobs_of(db, None, states=["failed"]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


CREATE_WEBHOOK = """mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }"""

LEAVE = """
INSERT INTO armature.deliveries (webhook_id, type, subject, position, at, state, attempts, due_at)
SELECT id, 'company.created', id, position, now(), 'WAITING', attempts, now() - interval '1 minute'
FROM armature.webhooks, (VALUES (1, 0), (2, 1), (3, 5)) AS given (position, attempts)
"""


async def leave_deliveries(db: Database, caller: Caller) -> None:
    """To a webhook that is switched off, so that nobody sends them."""
    given = {"url": "https://example.com", "events": ["company.created"], "role": "admin", "isEnabled": False}
    caller.do(CREATE_WEBHOOK, input=given)
    async with db.connection() as connection:
        await connection.execute(LEAVE)


async def test_metrics_tell_of_requests_jobs_and_workers(site: Site, wanted: Settings) -> None:
    caller = site.sign_up(pack="crm")
    for _ in range(3):
        caller.data("{ companies { id } }")
    site.ask("{ nothing }", "/graphql")
    db = await open_database(site.database_url)
    await leave_deliveries(db, caller)
    await run_a_job(db, wanted)
    async with Worker(db, wanted, {}).working():
        found = measured(site)
        while not (found.get(WORKERS_ALIVE) and FAILED in found):
            await asyncio.sleep(0.05)
            found = measured(site)
    await db.close()
    assert found["armature_requests_total", ("/graphql", "200")] == 3
    assert found["armature_requests_total", ("/graphql", "401")] == 1
    assert found["armature_request_seconds_count", ("/graphql",)] == 4
    assert found["armature_jobs", ("waits", "queued")] == 1
    assert found[FAILED] == 1
    assert found["armature_jobs_longest_wait_seconds", ()] == 0
    assert found["armature_relay_lag_seconds", ("behind",)] == 0
    assert found[WORKERS_ALIVE] == 1
    assert found["armature_deliveries", ("never",)] == 1
    assert found["armature_deliveries", ("before",)] == 2
    assert 60 <= found["armature_deliveries_longest_wait_seconds", ()] < 3_600
    assert found["armature_receivers_left_alone", ()] == 0
    assert found["armature_live_connections", ("websocket",)] == 0


LEAVE_ALONE = "UPDATE armature.webhook_endpoints SET open_until = now() + interval '1 hour', failures = 5"
LATER = "UPDATE armature.deliveries SET due_at = now() + interval '1 hour' WHERE state = 'WAITING'"
AWAY = "UPDATE armature.workspaces SET suspended_at = now()"


async def test_metrics_tell_of_deliveries_that_were_tried_by_all_workers(site: Site, wanted: Settings) -> None:
    outcomes = ("delivered", "retried", "dead")
    given = replace(wanted, outbound_networks=LOOPBACK)
    caller = site.sign_up(pack="crm")
    db = await open_database(site.database_url)
    with receiver() as there:
        hook = {"url": there.url, "events": ["company.created"], "role": "admin"}
        caller.do(CREATE_WEBHOOK, input=hook)
        for code, outcome in zip((204, 500, 410), outcomes, strict=True):
            there.answer = status(code)
            async with db.connection() as connection:
                await connection.execute(LATER)
            caller.data('mutation { createCompany(data: {name: "Acme"}) { id } }')
            async with Worker(db, given, {}).working():
                while ("armature_worker_deliveries_total", (outcome,)) not in measured(site):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
    found = measured(site)
    async with db.connection() as connection:
        tried = await connection.fetchval("SELECT count(*) FROM armature.delivery_attempts WHERE status = 500")
    assert [found["armature_worker_deliveries_total", (each,)] for each in outcomes] == [1, tried, 2]

    caller.do(CREATE_WEBHOOK, input=hook)
    async with db.connection() as connection:
        await connection.execute(LEAVE)
        await connection.execute(LEAVE_ALONE)
        found = measured(site)
        assert found["armature_receivers_left_alone", ()] == 2
        assert found["armature_deliveries", ("never",)] == 2
        await connection.execute(AWAY)
    await db.close()
    found = measured(site)
    assert found["armature_receivers_left_alone", ()] == found["armature_deliveries", ("never",)] == 0
    assert found["armature_deliveries_longest_wait_seconds", ()] == 0


def test_metrics_are_shown_without_postgresql_and_valkey_and_only_where_wanted(
    wanted: Settings, migrated_database_url: str
) -> None:
    away: Any = replace(wanted, redis_url="redis://127.0.0.1:1")
    with serving(create_app(away)) as url:
        assert "armature_requests" in httpx2.get(f"{url}/metrics").text
    with serving(create_app(replace(wanted, metrics="off"))) as url:
        assert httpx2.get(f"{url}/metrics").status_code == 404
