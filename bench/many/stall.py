"""How long the requests of one workspace wait while the server does something large for another."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from subprocess import PIPE, Popen
from time import perf_counter
from typing import TypeAlias

import msgspec

from bench.client import Client
from bench.machine import Serving
from bench.many import ask

Question: TypeAlias = tuple[str, str, str | None]
"""Path, key, query; without one it is a GET."""

ALONE = 1_000
"""Requests asked before, one after the other, with nothing beside them."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Seconds: of a warm request; of the longest one with nothing beside it, and of the longest one meanwhile."""

    warm: float
    longest_alone: float
    longest: float
    took: float

    @property
    def ratio(self) -> float:
        return self.longest / self.warm


def measure_stall(serving: Serving, key: str, query: str, large: Sequence[Question]) -> Stall:
    """While a process of its own asks the server for something large."""
    with Client(serving, key) as client:
        alone = [_timed(client, query) for _ in range(2 * ALONE)][ALONE:]
        start = perf_counter()
        with Popen([sys.executable, "-m", ask.__name__, str(serving.port)], stdin=PIPE) as process:
            assert process.stdin is not None
            process.stdin.write(b"".join(msgspec.json.encode(each) + b"\n" for each in large))
            process.stdin.close()
            meanwhile = []
            while process.poll() is None:
                meanwhile.append(_timed(client, query))
        if process.returncode:
            raise SystemExit("It was not answered; what was, is above.")
        return Stall(median(alone), max(alone), max(meanwhile), perf_counter() - start)


def _timed(client: Client, query: str) -> float:
    start = perf_counter()
    client.data("/graphql", query)
    return perf_counter() - start
