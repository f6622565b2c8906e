"""Which workers live: each says so in Valkey now and then, and is forgotten when it falls silent."""

import os
import socket
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis

WORKERS = "armature:workers"
ALIVE_FOR = 20  # seconds

_SAY = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
"""
# A Valkey that is full refuses what adds to it as the first of a script only.

_HEARD = """
return redis.call('ZRANGEBYSCORE', KEYS[1], redis.call('TIME')[1] - ARGV[1], '+inf')
"""


async def say_alive(redis: Redis) -> None:
    """That this process works. Raises what redis raises."""
    await _run(redis.eval(_SAY, 1, WORKERS, f"{socket.gethostname()}/{os.getpid()}", ALIVE_FOR))


async def live_workers(redis: Redis) -> list[str]:
    """As host/process. Raises what redis raises."""
    found = await _run(redis.eval(_HEARD, 1, WORKERS, ALIVE_FOR))
    return [str(each, "utf-8") for each in found]


async def is_alive_here(redis: Redis) -> bool:
    """Whether a worker of this machine lives. Raises what redis raises."""
    return any(each.rpartition("/")[0] == socket.gethostname() for each in await live_workers(redis))


async def _run(asked: Awaitable[Any] | Any) -> Any:
    return await asked
