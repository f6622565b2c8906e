"""What is sent, over and over, and what came of it."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is JSON; without one the request is a GET. `keys`: each is sent with one of them, by chance."""

    url: str
    body: str | None = None
    key: str | None = None
    keys: tuple[str, ...] = ()


class Load(msgspec.Struct, frozen=True):
    """Latencies in milliseconds; `failures` are errors of the connection and statuses other than 2xx."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failures: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


Generator: TypeAlias = Callable[[Request, int, int], Load]
"""Send a request over so many connections for so many seconds."""
