"""How jobs' ids travel from whoever finds them due to a thread that is free: Dramatiq, on Valkey or Redis.

The only module that knows it. Messages are nothing but ids, may be lost and may come twice: the ledger in PostgreSQL
tells what is to be done.
"""

import logging
import socket
from collections.abc import Callable, Iterable
from uuid import UUID

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from redis import Redis, RedisError

from armature.core.errors import BadUserInput, Unavailable

NAMESPACE = "armature:queue"
QUEUE = "jobs"
ALIVE_FOR = 20  # seconds
IDLE_PAUSE = 250  # ms, the longest between two looks at an empty queue
PATIENCE = 5.0  # seconds

logging.getLogger("dramatiq").setLevel(logging.CRITICAL)  # a Valkey that is away is told by ourselves, once


class QueueUnreachable(Unavailable):
    def __init__(self) -> None:
        super().__init__("Valkey can't be reached just now.", hint="Is REDIS_URL right, is Valkey up?")


class Queue:
    """`work` is called with an id, in one of as many threads as jobs may run at once."""

    def __init__(self, redis_url: str, work: Callable[[UUID], None], at_once: int) -> None:
        client = _client(redis_url)
        self._client = client
        self._broker = RedisBroker(client=client, namespace=NAMESPACE, middleware=[])  # type: ignore[no-untyped-call]

        def run_job(job_id: str) -> None:
            work(UUID(job_id))

        self._actor = dramatiq.actor(broker=self._broker, queue_name=QUEUE)(run_job)
        self._worker = dramatiq.Worker(self._broker, worker_threads=at_once, worker_timeout=IDLE_PAUSE)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """Returns when no thread works any more."""
        self._worker.stop()
        self._client.close()

    def send(self, ids: Iterable[UUID]) -> None:
        """Raises QueueUnreachable, some of them being sent perhaps."""
        try:
            for each in ids:
                self._actor.send(str(each))
        except (RedisError, dramatiq.BrokerConnectionError) as error:
            raise QueueUnreachable from error

    def say_alive(self) -> None:
        """For `is_alive`. Raises QueueUnreachable."""
        try:
            self._client.set(_sign(), "1", ex=ALIVE_FOR)
        except RedisError as error:
            raise QueueUnreachable from error


def is_alive(redis_url: str) -> bool:
    """Whether a worker of this machine has said so lately. Raises QueueUnreachable."""
    try:
        with _client(redis_url) as client:
            return bool(client.exists(_sign()))
    except RedisError as error:
        raise QueueUnreachable from error


def _sign() -> str:
    return f"armature:worker:{socket.gethostname()}"


def _client(url: str) -> Redis:
    try:
        return Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    except ValueError as error:
        raise BadUserInput("REDIS_URL is not the URL of a Valkey or Redis server.") from error
