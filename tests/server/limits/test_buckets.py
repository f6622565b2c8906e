"""Token buckets, with a real Valkey: several limiters are as many processes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from armature.core.errors import Unavailable
from armature.server.limits import buckets
from armature.server.limits.buckets import Bucket, Limiter
from armature.server.limits.told import RateLimited
from tests.server.limits.conftest import MINUTE

FEW = Bucket("somebody", 10)
MANY = Bucket("somebody else", 6_000)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def nobody() -> AsyncIterator[Redis]:
    """No Valkey: nothing listens there."""
    client = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
    yield client
    await client.aclose()


async def asked(limiter: Limiter, bucket: Bucket, price: int = 1) -> int:
    """Whether it may, as a number; it is charged then."""
    try:
        share = await limiter.admit(bucket)
    except RateLimited:
        return 0
    share.charge(price)
    return 1


def watched(limiter: Limiter) -> list[Any]:
    """What it asks Valkey from now on."""
    found: list[Any] = []
    take = limiter._take

    async def noted(**given: Any) -> list[int]:
        found.append(given)
        return await take(**given)

    limiter._take = noted
    return found


async def test_after_the_last_token_a_caller_waits_and_is_told_for_how_long(redis: Redis) -> None:
    limiter = Limiter(redis, "closed")
    assert sum([await asked(limiter, FEW) for _ in range(15)]) == 10
    with pytest.raises(RateLimited) as refused:
        await limiter.admit(FEW)
    assert MINUTE / 11 < refused.value.seconds <= MINUTE / 10  # ten a minute
    assert refused.value.extensions()["retryAfter"] == refused.value.seconds
    assert refused.value.extensions()["limit"] == 10


async def test_tokens_come_back(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    while await asked(Limiter(redis, "closed"), FEW):
        pass
    assert not await asked(Limiter(redis, "closed"), FEW)
    monkeypatch.setattr(buckets, "MINUTE", 1.0)
    while not await asked(Limiter(redis, "closed"), FEW):  # noqa: ASYNC110  a process that was not refused yet
        await asyncio.sleep(0.01)


async def test_callers_do_not_share_a_bucket(redis: Redis) -> None:
    limiter = Limiter(redis, "closed")
    assert sum([await asked(limiter, FEW) for _ in range(11)]) == 10
    assert await asked(limiter, Bucket("another", 10))


async def test_processes_share_a_bucket(redis: Redis) -> None:
    processes = [Limiter(redis, "closed") for _ in range(4)]
    found = await asyncio.gather(*(asked(each, FEW) for _ in range(10) for each in processes))
    assert sum(found) == 10


async def test_a_process_takes_portions(redis: Redis) -> None:
    """Of a large bucket; what it holds beforehand is a small part."""
    one, other = Limiter(redis, "closed"), Limiter(redis, "closed")
    assert await asked(one, MANY)
    taken = watched(one)
    assert sum([await asked(one, MANY) for _ in range(50)]) == 50
    assert taken == []
    assert (await other.admit(MANY)).charge(1).left >= 5_800


async def test_what_an_operation_cost_is_paid_before_the_next(redis: Redis) -> None:
    limiter = Limiter(redis, "closed")
    assert await asked(limiter, FEW, price=8)
    assert await asked(limiter, FEW, price=8)  # there was a token
    with pytest.raises(RateLimited) as refused:
        await limiter.admit(FEW)
    assert refused.value.seconds > MINUTE / 10 * 5  # five or six more tokens than none are missing


async def test_a_debt_above_the_bucket_is_no_debt_for_ever(redis: Redis) -> None:
    time = [0.0]
    limiter = Limiter(redis, "closed", now=lambda: time[0])
    assert await asked(limiter, FEW, price=25)
    for _ in range(5):
        await redis.delete(*await redis.keys("armature:bucket:*"))  # a minute later, the bucket is full
        time[0] += MINUTE + 1
        if await asked(limiter, FEW):
            return
    pytest.fail("It never ended.")


async def test_who_was_refused_does_not_ask_valkey_again_at_once(redis: Redis) -> None:
    limiter = Limiter(redis, "closed")
    while await asked(limiter, FEW):
        pass
    taken = watched(limiter)
    assert not any([await asked(limiter, FEW) for _ in range(20)])
    assert taken == []


async def test_a_standing_is_told_in_headers(redis: Redis) -> None:
    limiter = Limiter(redis, "closed")
    standing = (await limiter.admit(FEW)).charge(3)
    assert dict(standing.headers) == {b"ratelimit-policy": b'"caller";q=10;w=60', b"ratelimit": b'"caller";r=7'}


async def test_without_valkey_the_setting_decides(nobody: Redis) -> None:
    open_, closed = Limiter(nobody, "open"), Limiter(nobody, "closed")
    assert all([await asked(open_, FEW) for _ in range(30)])
    with pytest.raises(Unavailable):
        await closed.admit(FEW)


async def test_whatever_an_owner_is_called_it_has_a_bucket_of_its_own(redis: Redis) -> None:
    limiter = Limiter(redis, "closed")
    for owner in ("a\r\nFLUSHALL", "*", "\x00", "ä" * 500):
        assert sum([await asked(limiter, Bucket(owner, 10)) for _ in range(11)]) == 10
    assert await asked(limiter, FEW)


async def test_a_limit_that_is_lowered_holds_at_once(redis: Redis) -> None:
    limiter = Limiter(redis, "closed")
    assert await asked(limiter, MANY)
    assert sum([await asked(limiter, Bucket(MANY.owner, 10)) for _ in range(30)]) == 10
