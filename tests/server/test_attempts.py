"""Trying passwords out: it gets slower, for who does it, and tells nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from argon2 import PasswordHasher
from redis.asyncio import Redis

from armature.core.db import open_database
from armature.core.errors import Unauthenticated, Unavailable
from armature.core.mail import post_of
from armature.core.sealing import Sealing
from armature.core.settings import Settings
from armature.core.valkey import opened_redis
from armature.server.auth import passwords
from armature.server.auth.accounts import Credentials, sign_in
from armature.server.auth.attempts import ACCOUNT, PAIR, PLACE, Attempts, Counted, TooManyAttempts
from armature.server.auth.desk import Desk
from armature.server.auth.visit import Visit
from tests.support.control_plane import PASSWORD, SECRET_KEY, Site

HOME, ATTACKER = Visit("198.51.100.7"), Visit("203.0.113.9")
WRONG = "wrong horse battery staple"


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Any]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@asynccontextmanager
async def desk_of(site: Site, redis: Any, without: Any = "open") -> AsyncIterator[Desk]:
    database = await open_database(site.database_url, pool_size=2)
    settings = Settings()
    yield Desk(database, Attempts(redis, without), Sealing([SECRET_KEY.encode()]), post_of(settings), settings)
    await database.close()


async def tried(desk: Desk, email: str, times: int, visit: Visit = ATTACKER, password: str = WRONG) -> list[str]:
    async def once() -> str:
        try:
            await sign_in(desk, Credentials(email, password), visit)
        except (Unauthenticated, TooManyAttempts) as error:
            return type(error).__name__
        return "in"

    return [await once() for _ in range(times)]


async def failed_before(redis: Any, counted: Counted, times: int) -> None:
    """So often that the next failure has to wait for longer than a test takes."""
    await redis.hset(counted.key, "failures", times)


async def test_after_some_wrong_passwords_one_has_to_wait(site: Site, redis: Any) -> None:
    ada = (await asyncio.to_thread(site.sign_up)).session["user"]["email"]
    async with desk_of(site, redis) as desk:
        assert await tried(desk, ada, 5) == ["SignInFailed"] * 5
        await failed_before(redis, Counted(PAIR, f"{ada} {ATTACKER.network}"), 20)
        assert await tried(desk, ada, 1) == ["SignInFailed"]
        with pytest.raises(TooManyAttempts) as caught:
            await sign_in(desk, Credentials(ada, PASSWORD), ATTACKER)
        assert 600 < caught.value.extensions()["retryAfter"] <= 900
        assert await tried(desk, ada, 1, HOME, PASSWORD) == ["in"]


async def test_each_failure_waits_twice_as_long_up_to_an_end(redis: Any) -> None:
    attempts, counted, waits = Attempts(redis, "open"), Counted(PAIR, "x"), []
    for failures in range(18):
        await redis.delete(counted.key)
        await failed_before(redis, counted, failures)
        await attempts.begin([counted])
        seconds, micros = await redis.time()
        until = await redis.hget(counted.key, "until")
        waits.append(0 if until is None else round((int(until) / 1_000 - seconds - micros / 1_000_000) / 10, 1) * 10)
    assert waits[: PAIR.free] == [0] * PAIR.free
    assert [round(each, -1) for each in waits[PAIR.free + 5 :]] == [30, 60, 130, 260, 510, 900, 900, 900]


async def test_many_at_once_are_counted_one_by_one(redis: Any) -> None:
    attempts, counted = Attempts(redis, "open"), Counted(PAIR, "a b")
    await failed_before(redis, counted, 20)
    results = await asyncio.gather(*(attempts.begin([counted]) for _ in range(40)), return_exceptions=True)
    assert results.count(None) == 1
    assert all(isinstance(each, TooManyAttempts) for each in results if each is not None)


async def test_who_succeeds_has_nothing_to_wait_for(site: Site, redis: Any) -> None:
    ada = (await asyncio.to_thread(site.sign_up)).session["user"]["email"]
    async with desk_of(site, redis) as desk:
        assert await tried(desk, ada, 40, password=PASSWORD) == ["in"] * 40
        assert await tried(desk, ada, 5) == ["SignInFailed"] * 5
        assert await tried(desk, ada, 1, password=PASSWORD) == ["in"]
        assert await tried(desk, ada, 5) == ["SignInFailed"] * 5


async def test_an_attack_from_many_places_does_not_lock_a_user_out_at_home(site: Site, redis: Any) -> None:
    """The site's own sign-up came from 127.0.0.1: there its user is known."""
    ada = (await asyncio.to_thread(site.sign_up)).session["user"]["email"]
    async with desk_of(site, redis) as desk:
        await failed_before(redis, Counted(ACCOUNT, ada), ACCOUNT.free + 20)
        await desk.attempts.begin([Counted(ACCOUNT, ada)])
        assert await tried(desk, ada, 1, Visit("192.0.2.1"), PASSWORD) == ["TooManyAttempts"]
        assert await tried(desk, ada, 1, Visit("127.0.0.1"), PASSWORD) == ["in"]
    assert ACCOUNT.longest <= 60


async def test_many_accounts_tried_from_one_place_make_it_wait(site: Site, redis: Any) -> None:
    async with desk_of(site, redis) as desk:
        await failed_before(redis, Counted(PLACE, ATTACKER.network), PLACE.free + 20)
        await desk.attempts.begin([Counted(PLACE, ATTACKER.network)])
        assert await tried(desk, "nobody@example.com", 1) == ["TooManyAttempts"]
        assert await tried(desk, "nobody@example.com", 1, HOME) == ["SignInFailed"]


async def test_an_unknown_account_costs_the_same_work(site: Site, redis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = (await asyncio.to_thread(site.sign_up)).session["user"]["email"]
    hashed: list[str] = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, hash_: str, password: str) -> bool:
        hashed.append(hash_.rpartition("$")[0].rpartition("$")[0])
        return verify(self, hash_, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    asked: list[str] = []
    execute = redis.execute_command

    def asking(*command: Any, **options: Any) -> Any:
        asked.append(command[0])
        return execute(*command, **options)

    monkeypatch.setattr(redis, "execute_command", asking)
    work: dict[str, list[Any]] = {}
    async with desk_of(site, redis) as desk:
        await tried(desk, "first@example.com", 1)  # Valkey learns the script
        for email in (ada, "nobody@example.com"):
            statements: list[str] = []
            hashed.clear()
            async with desk.db.connection() as connection, desk.db.connection() as other:
                loggers = (connection, other)
                for each in loggers:
                    each.add_query_logger(lambda query, found=statements: found.append(query.query))
            asked.clear()
            assert await tried(desk, email, 1) == ["SignInFailed"]
            work[email] = [list(statements), list(hashed), list(asked)]
    assert work[ada] == work["nobody@example.com"]
    assert len(work[ada][0]) == len(work[ada][1]) == 1
    assert "EVALSHA" in work[ada][2]
    assert passwords.NOBODYS.startswith(work[ada][1][0])


@pytest.mark.parametrize("without", ["open", "closed"])
async def test_while_valkey_is_away_a_setting_decides(site: Site, without: str) -> None:
    ada = (await asyncio.to_thread(site.sign_up)).session["user"]["email"]
    gone: Any = opened_redis("redis://127.0.0.1:1")
    async with desk_of(site, gone, without) as desk:
        if without == "closed":
            with pytest.raises(Unavailable):
                await sign_in(desk, Credentials(ada, PASSWORD), HOME)
        else:
            assert await tried(desk, ada, 1, password=PASSWORD) == ["in"]
            assert await tried(desk, ada, 20) == ["SignInFailed"] * 20
    await gone.aclose()


async def test_valkey_is_told_no_addresses(site: Site, redis: Any) -> None:
    async with desk_of(site, redis) as desk:
        await tried(desk, "somebody@example.com", 1)
    keys = [key.decode() for key in await redis.keys("armature:attempts:*")]
    assert len(keys) == 3
    assert not any("somebody" in key or ATTACKER.address in key for key in keys)


async def test_no_hash_is_in_the_way_of_somebody_without_a_password(site: Site, redis: Any) -> None:
    connection = await asyncpg.connect(site.database_url)
    await connection.execute("INSERT INTO armature.users (email) VALUES ('nopassword@example.com')")
    await connection.close()
    async with desk_of(site, redis) as desk:
        for password in ("", WRONG):
            assert await tried(desk, "nopassword@example.com", 1, password=password) == ["SignInFailed"]
