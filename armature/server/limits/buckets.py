"""Token buckets in Valkey: one for each caller, the same for all processes.

A bucket holds as many tokens as its limit, and gets that many a minute. A process takes tokens in portions, so that a
caller well within the limit costs a request no round trip; the last tokens are taken one by one. An operation may run
when there is a token, and is charged for what it turned out to cost: the debt is paid before the next one runs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import Literal

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from armature.core.errors import Unavailable
from armature.core.lru import Lru
from armature.server.limits.told import RateLimited, Standing

PREFIX = "armature:bucket:"
MINUTE = 60.0
PORTIONS = 100
"""A process takes at most such a part of a bucket beforehand."""

KEPT = 20_000
SILENCE = 1.0  # seconds in which a Valkey that was away is not asked again

Without = Literal["open", "closed"]

log = structlog.get_logger("armature.limits")

# KEYS: the bucket. ARGV: its limit, the tokens wanted, how many there must be to give any, and a minute in ms. All that
# is there, up to what is wanted, is given. Returns how many, how many are left, in how many ms there would be enough.
TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, wanted, needed, minute = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = limit
if kept[1] then tokens = math.min(limit, tonumber(kept[1]) + (now - tonumber(kept[2])) * limit / minute) end
local given = 0
if tokens >= needed then given = math.floor(math.min(tokens, wanted)) end
tokens = tokens - given
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', now)
redis.call('PEXPIRE', KEYS[1], minute)
local wait = 0
if given == 0 then wait = math.ceil((needed - tokens) * minute / limit) end
return {given, math.floor(tokens), wait}
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Whose it is, and its limit: tokens a minute."""

    owner: str
    limit: int


@dataclass(slots=True)
class Share:
    """What this process has of a bucket; below zero it is in debt. `left` is what others may take, when last seen."""

    bucket: Bucket
    tokens: float = 0
    left: int = 0
    refused_until: float = 0.0
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def charge(self, price: int) -> Standing:
        """After an operation: what is left now."""
        self.tokens -= price
        return Standing(self.bucket.limit, max(0, int(self.left + self.tokens)))


class Limiter:
    """`without` says whether operations run while Valkey is away."""

    def __init__(self, redis: Redis, without: Without, *, now: Callable[[], float] = monotonic) -> None:
        self._take: Callable[..., Awaitable[list[int]]] = redis.register_script(TAKE)
        self._without = without
        self._now = now
        self._shares: Lru[str, Share] = Lru(KEPT)
        self._away_until = 0.0

    async def admit(self, bucket: Bucket) -> Share:
        """Before an operation; it is charged to the share. Raises RateLimited.

        Unavailable where Valkey is away and the setting asks for it.
        """
        share = self._shares.get(bucket.owner)
        if share is None or share.bucket != bucket:
            share = self._shares.put(bucket.owner, Share(bucket))
        if share.tokens < 1:
            async with share.taking:
                if share.tokens < 1:
                    await self._fill(share)
        return share

    async def _fill(self, share: Share) -> None:
        """A debt greater than the bucket is paid in several rounds."""
        bucket, now = share.bucket, self._now()
        if now < share.refused_until:
            raise RateLimited(bucket.limit, ceil(share.refused_until - now))
        needed = min(bucket.limit, max(1, ceil(1 - share.tokens)))
        wanted = min(bucket.limit, needed + bucket.limit // PORTIONS)
        found = await self._asked(bucket, wanted, needed)
        if found is None:
            share.tokens = max(share.tokens, 1)
            return
        given, share.left, wait = found
        share.tokens += given
        if share.tokens < 1:
            seconds = wait / 1_000 or MINUTE
            share.refused_until = now + min(seconds, MINUTE)
            raise RateLimited(bucket.limit, ceil(seconds))

    async def _asked(self, bucket: Bucket, wanted: int, needed: int) -> list[int] | None:
        """None where nobody can tell and the operation may run."""
        if self._now() < self._away_until:
            self._check_open(None)
            return None
        try:
            return await self._take(
                keys=[PREFIX + bucket.owner], args=[bucket.limit, wanted, needed, int(MINUTE * 1_000)]
            )
        except (RedisError, OSError) as error:
            self._away_until = self._now() + SILENCE
            log.warning("limits are not counted", cause=repr(error), setting=self._without)
            self._check_open(error)
            return None

    def _check_open(self, error: Exception | None) -> None:
        if self._without == "closed":
            raise Unavailable("Limits can't be counted just now.", hint="Try again in a moment.") from error
