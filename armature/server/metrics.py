"""`/metrics`, in Prometheus' text format: what this process did, and how all that is done outside of requests stands.

No label's values come from clients.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from time import perf_counter

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from armature.core.db import Database
from armature.core.errors import Unavailable
from armature.events.marks import Lag, Marks
from armature.jobs.alive import live_workers
from armature.jobs.standing import Open, longest_wait, open_jobs
from armature.jobs.tally import tallied
from armature.webhooks.standing import Waiting, waiting_deliveries

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """`counted` wraps an endpoint, `page` shows all. `own` tell of this process, when somebody looks."""

    def __init__(self, database: Database, redis: Redis, own: Iterable[Collector]) -> None:
        self._database = database
        self._redis = redis
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "armature_requests", "Requests answered.", ["endpoint", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "armature_request_seconds",
            "Seconds from a request to its answer.",
            ["endpoint"],
            buckets=SECONDS,
            registry=self._registry,
        )
        for each in own:
            self._registry.register(each)

    def counted(self, path: str, app: ASGIApp) -> ASGIApp:
        seconds = self._seconds.labels(path)

        async def counting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            started = perf_counter()

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._requests.labels(path, message["status"]).inc()
                    seconds.observe(perf_counter() - started)
                await send(message)

            await app(scope, receive, noted)

        return counting

    def route(self) -> Route:
        async def metrics(_request: Request) -> Response:
            return Response(await self.page(), media_type=CONTENT_TYPE_LATEST)

        return Route("/metrics", metrics)

    async def page(self) -> bytes:
        """What PostgreSQL or Valkey can't tell just now is left out."""
        beside = CollectorRegistry()
        beside.register(_Told([*await self._of_jobs(), *await self._of_workers()]))
        return generate_latest(self._registry) + generate_latest(beside)

    async def _of_jobs(self) -> list[Metric]:
        with suppress(Unavailable):
            async with self._database.connection() as connection:
                of_jobs = _of_jobs(await longest_wait(connection), await open_jobs(connection))
                return [*of_jobs, *_of_deliveries(await waiting_deliveries(connection))]
        return []

    async def _of_workers(self) -> list[Metric]:
        with suppress(RedisError, OSError):
            lag, workers = await Marks(self._redis).lag(), await live_workers(self._redis)
            return [*_of_relay(lag, len(workers)), *_of_tally(await tallied(self._redis))]
        return []


class _Told(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def _of_jobs(wait: float, found: Iterable[Open]) -> Iterator[Metric]:
    yield GaugeMetricFamily("armature_jobs_longest_wait_seconds", "For how long the oldest due job waits.", wait)
    jobs = GaugeMetricFamily("armature_jobs", "Jobs that are not over.", labels=["kind", "state"])
    for each in found:
        jobs.add_metric([each.kind, each.state], each.count)
    yield jobs


def _of_deliveries(waiting: Waiting) -> Iterator[Metric]:
    told = GaugeMetricFamily("armature_deliveries", "Deliveries of webhooks that wait.", labels=["tried"])
    told.add_metric(["never"], waiting.count - waiting.retried)
    told.add_metric(["before"], waiting.retried)
    yield told
    name = "armature_deliveries_longest_wait_seconds"
    yield GaugeMetricFamily(name, "For how long the oldest due delivery waits.", waiting.seconds)
    yield GaugeMetricFamily("armature_receivers_left_alone", "Receivers of webhooks that fail.", waiting.left_alone)


def _of_relay(lag: Lag, workers: int) -> Iterator[Metric]:
    yield GaugeMetricFamily("armature_workers", "Workers that live.", workers)
    seconds = GaugeMetricFamily(
        "armature_relay_lag_seconds", "For how long the oldest events wait for their positions.", labels=["workspaces"]
    )
    marked = GaugeMetricFamily(
        "armature_relay_workspaces", "Workspaces with events that have no position.", labels=["workspaces"]
    )
    for name, of in (("prompt", lag.prompt), ("behind", lag.behind)):
        seconds.add_metric([name], of.seconds)
        marked.add_metric([name], of.workspaces)
    yield from (seconds, marked)


TALLIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "jobs": ("Jobs that came to an end, or to a pause before the next try.", ("kind", "outcome")),
    "events": ("Events that got their positions.", ()),
    "deliveries": ("Attempts of deliveries that got through, will be tried again, or were the last.", ("outcome",)),
}
"""What workers count, by the first word of its name: what it is, and what the words after that are."""


def _of_tally(found: Mapping[tuple[str, ...], int]) -> Iterator[Metric]:
    for first, (what, labels) in TALLIES.items():
        family = CounterMetricFamily(f"armature_worker_{first}", what, labels=labels)
        for name, count in found.items():
            if name[0] == first and len(name) == 1 + len(labels):
                family.add_metric(name[1:], count)
        yield family
