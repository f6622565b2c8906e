"""Events get positions, what follows from them, and a notice: each once, in order, whoever relays."""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from armature.core.db import Connection, Database
from armature.core.valkey import opened_redis
from armature.events.channel import Announced, channel_of, read_announcement
from armature.events.committed import Committed
from armature.events.marks import BEHIND, DUE, Marks
from armature.events.names import qualified
from armature.events.numbering import NUMBER, Batch, Event, lock_numbering, number
from armature.events.reading import kept_positions
from armature.metadata.store import load_snapshot
from armature.migrations.workspace.create import create_workspace
from armature.migrations.workspace.set_aside import bring_back, set_aside
from armature.workers import relay as relay_module
from armature.workers.relay import LONGEST_WAIT, Relay, Relayed, relay_batch
from armature.workers.sweep import Sweep
from tests.migrations.living import Living, living
from tests.support.events_told import events_after
from tests.support.leaving import leave


@pytest.fixture
async def crm(db: Database) -> Living:
    return await living(db)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with opened_redis(redis_url, longest_wait=LONGEST_WAIT) as redis:
        yield redis


async def positions(of: Living) -> list[tuple[int | None, int]]:
    return await of.run("SELECT position, seq FROM {}._events ORDER BY seq")


async def until_numbered(*all_: Living) -> None:
    for each in all_:
        while await each.run("SELECT FROM {}._events WHERE position IS NULL LIMIT 1"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def until_settled(redis: Redis) -> None:
    while await redis.zcard(DUE):  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def commit(of: Living, records: Sequence[UUID] | int) -> None:
    async with of.db.transaction() as connection:
        await leave(connection, of.schema, records)


async def test_what_is_marked_gets_positions_without_gaps(crm: Living, redis: Redis) -> None:
    relay = Relay(crm.db, redis)
    async with relay.relaying():
        for _ in range(3):
            await commit(crm, 5)
            await Marks(redis).mark([crm.id.hex])
            await until_numbered(crm)
    assert await positions(crm) == [(each, each) for each in range(1, 16)]


async def test_a_batch_goes_by_seq_and_takes_no_more_than_it_may(crm: Living) -> None:
    await commit(crm, 10)
    async with crm.db.transaction() as connection:
        assert await lock_numbering(connection, crm.id)
        found = await number(connection, crm.schema, 4, 1_000_000)
        assert ([each.position for each in found.events], found.is_cut) == ([1, 2, 3, 4], True)
        found = await number(connection, crm.schema, 4, 1)  # there may always be one
        assert ([each.position for each in found.events], found.is_cut) == ([5], True)
        found = await number(connection, crm.schema, 6, 1_000_000)
        assert ([each.position for each in found.events], found.is_cut) == ([6, 7, 8, 9, 10], False)
        assert not (await number(connection, crm.schema, 6, 1_000_000)).events
        assert [each.position for each in await events_after(connection, crm.schema, 7, 2)] == [8, 9]
        assert await kept_positions(connection, crm.schema) == (1, 10)


async def test_a_burst_after_a_quiet_time_does_not_compare_each_event_with_each(crm: Living) -> None:
    """PostgreSQL takes a table in which nothing waited when it last looked for one in which nothing ever does."""
    await commit(crm, 2_000)
    while (await relay_batch(crm.db, crm.id)) != Relayed(Batch([], is_cut=False), 2_000):
        pass
    await crm.run("VACUUM ANALYZE {}._events")
    await commit(crm, 2_000)
    async with crm.db.connection() as connection:
        explain = f"EXPLAIN {NUMBER.format(events=qualified(crm.schema))}"
        plan = "\n".join(row[0] for row in await connection.fetch(explain, 1_000, 8_000_000))
    assert "Tid Scan" in plan
    assert "Join Filter" not in plan


async def test_what_is_committed_later_comes_later_though_its_seq_is_smaller(crm: Living) -> None:
    async with crm.db.transaction() as slow:
        await leave(slow, crm.schema, 1)
        await commit(crm, 1)
        await relay_batch(crm.db, crm.id)
    await relay_batch(crm.db, crm.id)
    assert await positions(crm) == [(2, 1), (1, 2)]


async def test_only_one_numbers_a_workspace_at_a_time(crm: Living) -> None:
    await commit(crm, 1)
    async with crm.db.transaction() as connection:
        assert await lock_numbering(connection, crm.id)
        assert await relay_batch(crm.db, crm.id) is None
    assert await relay_batch(crm.db, crm.id) is not None


async def test_several_relays_share_workspaces_and_number_each_event_once(
    db: Database, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    many = [await living(db) for _ in range(6)]
    relays = [Relay(db, redis) for _ in range(3)]
    async with relays[0].relaying(), relays[1].relaying(), relays[2].relaying():

        async def write(of: Living) -> None:
            for _ in range(20):
                await commit(of, 3)
                await relays[0].marks.mark([of.id.hex])

        await asyncio.gather(*(write(each) for each in many))
        await until_numbered(*many)
        await until_settled(redis)
    for each in many:
        assert await positions(each) == [(place, place) for place in range(1, 61)]
    gc.collect()  # a task that failed and that nobody awaits tells so when it goes
    assert [each for each in caplog.records if each.name == "asyncio"] == []


async def test_what_follows_is_written_with_the_positions_or_not_at_all(
    crm: Living, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "IN_TROUBLE", 10)
    await crm.run("CREATE TABLE {}.followed (position bigint PRIMARY KEY, action text)")
    tries: list[int] = []

    async def consume(connection: Connection, workspace_id: UUID, schema: str, events: Sequence[Event]) -> None:
        assert (workspace_id, schema) == (crm.id, crm.schema)
        rows = [(each.position, each.action) for each in events]
        await connection.copy_records_to_table("followed", schema_name=schema, records=rows)
        tries.append(len(rows))
        if len(tries) < 3:
            raise RuntimeError("a consumer's fault")

    await commit(crm, 3)
    relay = Relay(crm.db, redis, [consume])
    async with relay.relaying():
        await relay.marks.mark([crm.id.hex])
        while len(tries) == 1:
            assert await crm.run("SELECT FROM {}._events WHERE position IS NOT NULL") == []
            await asyncio.sleep(0.001)
        await until_numbered(crm)
        await until_settled(redis)
    assert await crm.run("SELECT * FROM {}.followed ORDER BY position") == [(each, "UPDATED") for each in (1, 2, 3)]
    assert tries == [3, 3, 3]
    assert await redis.zcard(BEHIND) == 0


async def test_one_with_many_events_does_not_keep_the_others_waiting(
    db: Database, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "ROWS", 10)
    monkeypatch.setattr(relay_module, "AT_ONCE", 1)
    busy, quiet = await living(db), await living(db)
    order: list[UUID] = []

    async def consume(connection: Connection, workspace_id: UUID, schema: str, events: Sequence[Event]) -> None:
        order.append(workspace_id)

    await commit(busy, 200)
    await commit(quiet, 1)
    marks = Marks(redis)
    await marks.mark([busy.id.hex])
    await marks.mark([quiet.id.hex])
    async with Relay(db, redis, [consume]).relaying():
        await until_numbered(busy, quiet)
    assert order.index(quiet.id) <= 2
    assert order.count(busy.id) == 20


async def heard_by(redis: Redis, of: Living, until: int) -> list[Announced]:
    """Notices up to this position; the channel is listened to when this is first awaited."""
    found: list[Announced] = []
    async with redis.pubsub() as channel:
        await channel.subscribe(channel_of(of.id))
        await channel.get_message(timeout=None)
        await Marks(redis).mark([of.id.hex])
        async for message in channel.listen():
            found.append(read_announcement(message["data"]))
            if found[-1].last >= until:
                return found
    return found


async def test_listeners_are_told_what_was_numbered(crm: Living, redis: Redis) -> None:
    async with Relay(crm.db, redis).relaying():
        await commit(crm, 2)
        assert await heard_by(redis, crm, 2) == [Announced(1, 2, ("companies",))]


async def test_a_notice_that_died_with_its_relay_is_made_up_for(crm: Living, redis: Redis) -> None:
    await commit(crm, 2)
    await relay_batch(crm.db, crm.id)  # its relay died here; the mark is still there
    async with Relay(crm.db, redis).relaying():
        assert await heard_by(redis, crm, 2) == [Announced(3, 2, ())]


async def test_a_mark_comes_back_where_its_relay_dies(crm: Living, redis: Redis) -> None:
    await commit(crm, 2)
    marks = Marks(redis)
    await marks.mark([crm.id.hex])
    assert (await marks.take(1)).workspaces == (crm.id.hex,)  # and dies
    assert (await marks.take(1)).workspaces == ()
    await redis.zadd(DUE, {crm.id.hex: 1})  # as if its time were over
    async with Relay(crm.db, redis).relaying():
        await until_numbered(crm)


async def test_a_mark_that_comes_while_a_relay_is_at_work_is_not_lost(crm: Living, redis: Redis) -> None:
    is_at_work, may_go_on = asyncio.Event(), asyncio.Event()

    async def consume(connection: Connection, workspace_id: UUID, schema: str, events: Sequence[Event]) -> None:
        is_at_work.set()
        await may_go_on.wait()

    relay = Relay(crm.db, redis, [consume])
    async with relay.relaying():
        await commit(crm, 1)
        await relay.marks.mark([crm.id.hex])
        await is_at_work.wait()
        await commit(crm, 1)
        await relay.marks.mark([crm.id.hex])
        await asyncio.sleep(0.1)  # the mark is taken, and found to be at work already
        may_go_on.set()
        await until_numbered(crm)


async def test_what_waits_in_a_workspace_that_was_set_aside_is_told_when_it_is_back(
    crm: Living, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "SET_ASIDE", 50)
    told: list[int] = []

    async def consume(connection: Connection, workspace_id: UUID, schema: str, events: Sequence[Event]) -> None:
        await load_snapshot(connection, workspace_id)
        told.extend(each.position for each in events)

    await commit(crm, 2)
    await set_aside(crm.db, crm.id)
    relay = Relay(crm.db, redis, [consume])
    async with relay.relaying():
        await relay.marks.mark([crm.id.hex])
        await asyncio.sleep(0.5)
        assert told == []
        assert (await relay.marks.lag()).behind.workspaces == 0
        await bring_back(crm.db, crm.id)
        await until_numbered(crm)
    assert told == [1, 2]


async def test_a_workspace_that_is_gone_stops_nobody(crm: Living, redis: Redis) -> None:
    relay = Relay(crm.db, redis)
    async with relay.relaying():
        await relay.marks.mark([uuid4().hex])
        await commit(crm, 1)
        await relay.marks.mark([crm.id.hex])
        await until_numbered(crm)
        await until_settled(redis)


async def test_what_nobody_marked_is_found_when_a_worker_starts(crm: Living, redis: Redis) -> None:
    await commit(crm, 3)
    relay = Relay(crm.db, redis)
    async with relay.relaying(), Sweep(crm.db, relay).sweeping():
        await until_numbered(crm)
        await until_settled(redis)


async def test_what_nobody_marked_later_is_found_by_what_postgresql_counts(crm: Living, redis: Redis) -> None:
    relay = Relay(crm.db, redis)
    sweep = Sweep(crm.db, relay)
    async with relay.relaying():
        await sweep.look()
        await commit(crm, 3)
        await crm.run("SELECT pg_stat_force_next_flush()")
        while await crm.run("SELECT FROM {}._events WHERE position IS NULL"):
            await sweep.look()
            await asyncio.sleep(0.02)


async def test_idle_workspaces_are_not_looked_into(db: Database, redis: Redis) -> None:
    many = [await living(db) for _ in range(3)]
    await commit(many[0], 1)
    relay = Relay(db, redis)
    sweep = Sweep(db, relay)
    await sweep.look()

    async def scans() -> list[Any]:
        await db_flushed(db)
        return [await each.run(SCANS, each.schema) for each in many]

    before = await scans()
    for _ in range(5):
        await sweep.look()
    assert await scans() == before


SCANS = "SELECT seq_scan + idx_scan FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = '_events'"


async def db_flushed(db: Database) -> None:
    async with db.connection() as connection:
        await connection.execute("SELECT pg_stat_force_next_flush()")
        await connection.execute("SELECT pg_stat_clear_snapshot()")


async def test_a_valkey_that_forgot_everything_is_told_again(crm: Living, redis: Redis) -> None:
    relay = Relay(crm.db, redis)
    sweep = Sweep(crm.db, relay)
    await sweep.look()
    assert await relay.marks.known_to() == await relay.marks.run_of_server()
    await commit(crm, 3)
    await Marks(redis).mark([crm.id.hex])
    sweep._known = {crm.id.hex: 3}  # it had seen that they are marked
    await redis.flushdb()
    async with relay.relaying():
        await sweep.look()
        await until_numbered(crm)


async def test_without_valkey_positions_are_given_all_the_same(crm: Living) -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as away:
        relay = Relay(crm.db, away)
        await commit(crm, 3)
        async with relay.relaying():
            await Sweep(crm.db, relay).look()
    assert await positions(crm) == [(1, 1), (2, 2), (3, 3)]


async def test_commits_are_marked_together_and_after_a_while_where_valkey_was_away(redis: Redis) -> None:
    committed = Committed(redis)
    ids = [uuid4() for _ in range(50)]
    for each in ids * 3:
        committed.note(each)
    while await redis.zcard(DUE) < 50:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert (await redis.info("commandstats"))["cmdstat_lpush"]["calls"] > 0
    await committed.stop()
    await redis.flushdb()

    away = Committed(Redis.from_url("redis://127.0.0.1:1/0"))
    away.note(ids[0])
    await asyncio.sleep(0.05)
    away._marks = Marks(redis)
    await away.stop()
    assert await redis.zrange(DUE, 0, -1) == [ids[0].hex.encode()]


async def test_a_new_workspace_is_known_to_the_next_look(db: Database, redis: Redis) -> None:
    relay = Relay(db, redis)
    sweep = Sweep(db, relay)
    await sweep.look()
    snapshot = await create_workspace(db, "Late", owner=None)
    late = Living(db, snapshot)
    await commit(late, 1)
    async with relay.relaying():
        while await late.run("SELECT FROM {}._events WHERE position IS NULL"):
            await db_flushed(db)
            await sweep.look()
            await asyncio.sleep(0.02)
