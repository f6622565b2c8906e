"""How long others wait while a server does something large."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from bench.client import Client
from bench.machine import Serving

ALONE = 500
"""Requests asked before, one after the other, with nothing beside them."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Seconds: a warm request's, usually, and the longest that one took meanwhile."""

    warm: float
    longest: float
    seconds: float
    """What it took itself."""

    @property
    def ratio(self) -> float:
        return self.longest / self.warm


def measure_stall(serving: Serving, key: str, query: str, large: Callable[[], object]) -> Stall:
    with Client(serving, key) as client, ThreadPoolExecutor(1) as beside:
        alone = [_timed(client, query) for _ in range(ALONE)]
        start = perf_counter()
        running = beside.submit(large)
        meanwhile: list[float] = []
        while not running.done():
            meanwhile.append(_timed(client, query))
        running.result()
        return Stall(_warm(alone), max(meanwhile), perf_counter() - start)


def _warm(times: Sequence[float]) -> float:
    return median(times[len(times) // 2 :])


def _timed(client: Client, query: str) -> float:
    start = perf_counter()
    client.data("/graphql", query)
    return perf_counter() - start
