"""RabbitMQ may carry jobs instead of Valkey."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from dramatiq import BrokerConnectionError
from msgspec.structs import replace
from redis import RedisError

from armature.core.db import Database
from armature.core.settings import Settings
from armature.workers.broker import Queues, QueueUnreachable
from armature.workers.kinds import Kind
from armature.workers.task import Task
from armature.workers.worker import Worker
from tests.support.rabbitmq import RabbitMq, program, rabbitmq
from tests.workers.test_worker import add, until_all_are

QUEUE_LOST = BrokerConnectionError("lost")  # type: ignore[no-untyped-call]

pytestmark = pytest.mark.skipif(program() is None, reason="no rabbitmq-server is installed here")


@pytest.fixture
def rabbit(tmp_path: Path) -> Iterator[RabbitMq]:
    with rabbitmq(tmp_path) as server:
        yield server


async def test_it_carries_jobs_and_may_be_killed(
    db: Database, settings: Settings, rabbit: RabbitMq, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[object] = []

    async def work(task: Task) -> None:
        done.append(task.job.subject)

    given = replace(settings, broker_url=rabbit.url)
    await add(db, "work", 10)
    async with Worker(db, given, {"work": Kind(work)}).working():
        await until_all_are(db, "succeeded")
        await asyncio.to_thread(rabbit.kill)
        await add(db, "work", 5)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(rabbit.start)
        await until_all_are(db, "succeeded")
    assert len(done) == len(set(done)) == 15
    assert [each for each in caplog.records if each.name.startswith(("dramatiq", "pika"))] == []


def test_one_that_is_away_is_told(redis_url: str) -> None:
    queues = Queues("amqp://guest:guest@127.0.0.1:1", lambda _: None, {})
    with pytest.raises(QueueUnreachable):
        queues.check()


@pytest.mark.parametrize(
    ("error", "is_told"), [(RedisError("hangs"), False), (QUEUE_LOST, False), (KeyError("?"), True)]
)
def test_of_a_broker_that_is_away_its_threads_say_nothing(
    error: Exception, is_told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    Queues("redis://127.0.0.1:1/0", lambda _: None, {"model": 1})
    thread = logging.getLogger("dramatiq.worker.ConsumerThread(model)")
    thread.critical("Consumer encountered a connection error: %s", error)
    thread.critical("Consumer encountered an unexpected error.", exc_info=error)
    assert len(caplog.records) == 2 * is_told
