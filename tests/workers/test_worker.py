"""A worker with its queue: jobs arrive whatever gets lost on the way."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from armature.core.db import Database, execute, fetch_value, open_database
from armature.core.embedded import Server, start_postgres
from armature.core.settings import Settings
from armature.jobs.job import NewJob
from armature.jobs.ledger import NOTICE, enqueue, jobs_of
from armature.metadata.tables import jobs
from armature.migrations.catalog.migrate import migrate_catalog
from armature.workers.claims import WINDOW, claim, mark_sent, succeed
from armature.workers.couriers import TROUBLE
from armature.workers.kinds import UPKEEP, Kind
from armature.workers.task import Task
from armature.workers.worker import BEHIND, Worker
from tests.migrations.living import living
from tests.support.workers import is_alive

NOTHING = {"nothing": Kind(lambda _: asyncio.sleep(0))}


async def add(db: Database, kind: str, count: int = 1) -> None:
    async with db.transaction() as connection:
        for _ in range(count):
            await enqueue(connection, NewJob(kind=kind, subject=uuid4()))


async def until_all_are(db: Database, state: str) -> None:
    while {each.state for each in await jobs_of(db, None, limit=1000)} != {state}:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def test_what_is_asked_for_is_done_by_several_workers_once(db: Database, settings: Settings) -> None:
    done: list[object] = []

    async def work(task: Task) -> None:
        done.append(task.job.subject)

    kinds = {"work": Kind(work)}
    await add(db, "work", 20)  # before there is anybody
    async with Worker(db, settings, kinds).working(), Worker(db, settings, kinds).working():
        await add(db, "work", 30)
        await until_all_are(db, "succeeded")
    assert len(done) == len(set(done)) == 50


async def test_what_the_queue_lost_is_sent_again(db: Database, settings: Settings) -> None:
    await add(db, "nothing", 3)
    async with db.connection() as connection:  # as if all had been sent, long ago
        await execute(connection, update(jobs).values(sent_at=func.now() - func.make_interval(0, 0, 0, 0, 1)))
    async with Worker(db, settings, NOTHING).working():
        await until_all_are(db, "succeeded")


async def test_one_workspace_with_many_jobs_lets_the_others_pass(db: Database, settings: Settings) -> None:
    many, few = await living(db), await living(db)
    async with db.transaction() as connection:
        for of, count in ((many, 3 * WINDOW), (few, 2)):
            for number in range(count):
                await enqueue(connection, NewJob(kind="nothing", workspace_id=of.id, subject=UUID(int=number)))
        await enqueue(connection, NewJob(kind="other", workspace_id=many.id))
        await enqueue(connection, NewJob(kind="nothing", workspace_id=few.id, wait=timedelta(hours=1)))
    async with db.transaction() as connection:
        sent = {id_ for _, id_ in await mark_sent(connection)}
        assert await mark_sent(connection) == []
    found = [each for each in await jobs_of(db, None, limit=1_000) if each.id in sent]
    of_many = [each for each in found if each.workspace_id == many.id and each.kind == "nothing"]
    assert {int(each.subject or 0) for each in of_many} == set(range(WINDOW))
    assert len([each for each in found if each.workspace_id == few.id]) == 2
    assert len(found) == WINDOW + 3
    for each in of_many[:10]:
        job = await claim(db, each.id)
        assert job is not None
        await succeed(db, job)
    async with db.transaction() as connection:
        assert len(await mark_sent(connection)) == 10


async def test_what_waits_in_one_queue_does_not_wait_for_another(db: Database, settings: Settings) -> None:
    may_end = asyncio.Event()

    async def wait(_: Task) -> None:
        await may_end.wait()

    kinds = {"slow": Kind(wait, queue=UPKEEP), "nothing": Kind(lambda _: asyncio.sleep(0))}
    await add(db, "slow", 3)
    async with Worker(db, settings, kinds).working():
        while not await jobs_of(db, None, states=["running"]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await add(db, "nothing", 3)
        while len(await jobs_of(db, None, states=["succeeded"])) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert len(await jobs_of(db, None, states=["running"])) == 1  # so many of that queue at once
        may_end.set()
        await until_all_are(db, "succeeded")


async def test_what_was_just_sent_is_not_sent_again(db: Database, settings: Settings) -> None:
    await add(db, "nothing", 3)
    worker = Worker(db, settings, NOTHING)
    assert [await worker.sweep() for _ in range(3)] == [3, 0, 0]


async def test_jobs_wait_while_the_queue_is_away(db: Database, migrated_database_url: str) -> None:
    away = Settings(database_url=migrated_database_url, redis_url="redis://127.0.0.1:1/0")
    await add(db, "nothing")
    async with Worker(db, away, NOTHING).working():
        await asyncio.sleep(0.2)
        async with db.connection() as connection:
            assert await fetch_value(connection, select(jobs.c.sent_at)) is None


async def test_a_worker_says_that_it_lives(db: Database, settings: Settings) -> None:
    url = settings.redis_url or ""
    assert not is_alive(url)
    async with Worker(db, settings, NOTHING).working():
        while not await asyncio.to_thread(is_alive, url):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


POOL = 3
"""Connections: each that broke off may be told of."""


async def is_well(db: Database) -> bool:
    try:
        async with db.connection() as connection:
            return bool(await fetch_value(connection, select(1)))
    except TROUBLE:
        return False


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Server]:
    tmp_path.chmod(0o755)
    with start_postgres(tmp_path, settings={"fsync": "off"}) as server:  # a killed PostgreSQL loses nothing by that
        yield server


async def test_that_the_database_is_away_is_told_once(postgres: Server, redis_url: str) -> None:
    with capture_logs() as lines:
        await migrate_catalog(postgres.url)
        given = Settings(database_url=postgres.url, redis_url=redis_url, secret_key="k" * 40)
        db = await open_database(postgres.url, pool_size=POOL)
        async with Worker(db, given, NOTHING).working():
            await add(db, "nothing")
            await until_all_are(db, "succeeded")
            os.kill(postgres.pid or 0, signal.SIGKILL)
            while "worker.waits" not in [each["event"] for each in lines]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await asyncio.sleep(6 * BEHIND)  # about so often each loop looks whether it is back
            await asyncio.to_thread(postgres.revive)
            while not await is_well(db):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await add(db, "nothing")
            await until_all_are(db, "succeeded")
        await db.close()
    told = Counter(each["event"] for each in lines if each["log_level"] == "error")
    assert max(told.values(), default=0) <= POOL


@contextmanager
def worker_process(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    urls = {"DATABASE_URL": settings.database_url or "", "REDIS_URL": settings.redis_url or ""}
    process = subprocess.Popen([sys.executable, "-m", "armature", "worker"], env={**os.environ, **urls})
    try:
        while not is_alive(settings.redis_url or ""):
            assert process.poll() is None
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_command_works_until_it_is_told_to_end(settings: Settings) -> None:
    environment = {**os.environ, "REDIS_URL": settings.redis_url or ""}
    asking = [sys.executable, "-m", "armature", "worker", "--alive"]
    assert subprocess.run(asking, env=environment).returncode == 1
    with worker_process(settings) as process:
        assert subprocess.run(asking, env=environment).returncode == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0


async def test_a_valkey_that_lost_everything_is_filled_again(db: Database, settings: Settings) -> None:
    await add(db, "nothing", 3)
    assert await Worker(db, settings, NOTHING).sweep() == 3
    with Redis.from_url(settings.redis_url or "") as client:
        client.flushdb()
    async with db.connection() as connection:
        await execute(connection, update(jobs).values(sent_at=jobs.c.sent_at - func.make_interval(0, 0, 0, 0, 1)))
    async with Worker(db, settings, NOTHING).working():
        await until_all_are(db, "succeeded")


async def test_an_end_that_comes_together_with_a_notice_is_heard(db: Database, settings: Settings) -> None:
    worker = Worker(db, settings, NOTHING)
    async with worker.working():
        while not await asyncio.to_thread(is_alive, settings.redis_url or ""):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)  # now it waits
        worker._heard(NOTICE)


async def test_a_worker_goes_on_with_a_valkey_that_lost_everything(db: Database, settings: Settings) -> None:
    async with Worker(db, settings, NOTHING).working():
        await add(db, "nothing", 3)
        await until_all_are(db, "succeeded")
        with Redis.from_url(settings.redis_url or "") as client:
            client.flushdb()
        await add(db, "nothing", 3)
        await until_all_are(db, "succeeded")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_of_up_ends_with_whoever_started_it(settings: Settings, ending: signal.Signals) -> None:
    """`up` holds the other end of its standard input."""
    urls = {"DATABASE_URL": settings.database_url or "", "REDIS_URL": settings.redis_url or ""}
    parent = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    command = [sys.executable, "-m", "armature.workers.child"]
    worker = subprocess.Popen(command, stdin=parent.stdout, env={**os.environ, **urls})
    assert parent.stdout is not None
    assert parent.stdin is not None
    parent.stdout.close()
    while not is_alive(settings.redis_url or ""):
        assert worker.poll() is None
        time.sleep(0.05)
    parent.send_signal(ending)
    parent.wait()
    parent.stdin.close()
    assert worker.wait() == 0
