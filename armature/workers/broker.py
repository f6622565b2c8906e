"""How jobs' ids travel from whoever finds them due to a thread that is free: Dramatiq, on Valkey, Redis or RabbitMQ.

The only module that knows it. Messages are nothing but ids, may be lost and may come twice: the ledger in PostgreSQL
tells what is to be done.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.common import dq_name
from pika.exceptions import AMQPError  # type: ignore[import-untyped]
from redis import Redis, RedisError

from armature.core.errors import BadUserInput, Unavailable

NAMESPACE = "armature:queue"
IDLE_PAUSE = 250  # ms, the longest between two looks at an empty queue
PATIENCE = 5.0  # seconds

logging.getLogger("dramatiq").setLevel(logging.CRITICAL)
logging.getLogger("pika").setLevel(logging.CRITICAL)

TROUBLE = (RedisError, AMQPError, OSError, dramatiq.BrokerConnectionError)


class QueueUnreachable(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "The queue of jobs can't be reached just now.", hint="Is REDIS_URL right, or BROKER_URL, is it up?"
        )


class Queues:
    """`work` is called with an id, in one of as many threads of its queue as jobs may run at once."""

    def __init__(self, url: str, work: Callable[[UUID], None], at_once: Mapping[str, int]) -> None:
        self._broker, self._ping = _broker(url)

        def run_job(job_id: str) -> None:
            work(UUID(job_id))

        self._actors = {
            each: dramatiq.actor(broker=self._broker, queue_name=each, actor_name=each)(run_job) for each in at_once
        }
        self._workers = [
            dramatiq.Worker(self._broker, queues={each}, worker_threads=count, worker_timeout=IDLE_PAUSE)
            for each, count in at_once.items()
        ]
        for each in at_once:
            _hush(each)

    def start(self) -> None:
        for each in self._workers:
            each.start()

    def stop(self) -> None:
        """Returns when no thread works any more. Each queue's threads look up every IDLE_PAUSE: all queues at once."""
        with ThreadPoolExecutor(len(self._workers)) as together:
            list(together.map(dramatiq.Worker.stop, self._workers))
        self._broker.close()

    def check(self) -> None:
        """Raises QueueUnreachable."""
        try:
            self._ping()
        except TROUBLE as error:
            raise QueueUnreachable from error

    def send(self, ids: Iterable[tuple[str, UUID]]) -> None:
        """To the queue named. Raises QueueUnreachable, some of them being sent perhaps."""
        try:
            for queue, each in ids:
                self._actors[queue].send(str(each))
        except TROUBLE as error:
            raise QueueUnreachable from error


def _broker(url: str) -> tuple[dramatiq.Broker, Callable[[], object]]:
    """With what finds out whether it is there."""
    if url.startswith(("amqp://", "amqps://")):
        rabbitmq = RabbitmqBroker(url=url, middleware=[])
        return rabbitmq, lambda: _ping(rabbitmq)
    try:
        client = Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    except ValueError as error:
        raise BadUserInput("The URL of the queue is none of Valkey, Redis or RabbitMQ.") from error
    broker = RedisBroker(client=client, namespace=NAMESPACE, middleware=[])  # type: ignore[no-untyped-call]
    return broker, client.ping


def _ping(rabbitmq: RabbitmqBroker) -> None:
    """On this thread's own connection; one that broke is made anew for the next try."""
    try:
        rabbitmq.connection.process_data_events(time_limit=0)
    except AMQPError:
        del rabbitmq.connection
        raise


def _hush(queue: str) -> None:
    """That the broker is away is told by ourselves, once; its threads would say so every few seconds, each."""
    for each in (queue, dq_name(queue)):
        logging.getLogger(f"dramatiq.worker.ConsumerThread({each})").addFilter(_is_surprise)


def _is_surprise(record: logging.LogRecord) -> bool:
    causes = record.args if isinstance(record.args, tuple) else ()
    return not any(isinstance(each, TROUBLE) for each in (*causes, *(record.exc_info or ())))
