"""Connections to Valkey or Redis, from the event loop."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

from armature.core.errors import BadUserInput, Unavailable

PATIENCE = 2.0  # seconds
REDIS_URL_HINT = "Such as redis://127.0.0.1:6379/0; rediss:// for TLS."


class TakesNoWrites(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "Valkey takes no writes: it is full, or only a copy, or can't save what it holds.",
            hint="Its own log says why.",
        )


def opened_redis(url: str, *, longest_wait: float = 0.0) -> Redis:
    """Connects when first used; one that is away is found out at once. Raises BadUserInput for what is no URL.

    `longest_wait` is how long a command may block by itself.
    """
    once_more = Retry(NoBackoff(), 1)
    patience = PATIENCE + longest_wait
    try:
        return Redis.from_url(url, retry=once_more, socket_connect_timeout=PATIENCE, socket_timeout=patience)
    except ValueError as error:
        raise BadUserInput("REDIS_URL is not the URL of a Valkey or Redis server.", hint=REDIS_URL_HINT) from error


async def check_writable(redis: Redis) -> None:
    """Where it only answers, jobs stand still. Raises TakesNoWrites, and what redis raises where it is away."""
    try:
        await redis.set("armature:ready", 1, ex=60)
    except ResponseError as error:
        raise TakesNoWrites from error
