"""A worker process: it finds what is due, sends it round, and runs what it is sent.

notice or a few seconds' pause -> one query of the catalog -> ids to the queue -> threads -> one event loop

Beside that it relays events (relay.py), and looks for those that no mark tells of (sweep.py).
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import asyncpg
import structlog
from redis.exceptions import RedisError

from armature.audit.log import seal
from armature.core.db import UNREACHABLE, Database, open_database
from armature.core.ending import end
from armature.core.errors import BadUserInput, Unavailable
from armature.core.notices import Listener, Notice
from armature.core.settings import Settings
from armature.core.valkey import opened_redis
from armature.events.committed import Committed
from armature.jobs.alive import say_alive
from armature.jobs.tally import Tally
from armature.migrations.workspace.tending import ask_for_tending
from armature.workers.broker import Queues, QueueUnreachable
from armature.workers.claims import mark_sent
from armature.workers.consumers import CONSUMERS
from armature.workers.kinds import KINDS, QUEUES, Kind, queue_of
from armature.workers.relay import LONGEST_WAIT, Relay
from armature.workers.run import JobRunner
from armature.workers.schedule import fire, put_schedules
from armature.workers.sweep import Sweep
from armature.workers.webhooks import Webhooks

log = structlog.get_logger("armature.worker")

SWEEP = 5.0
"""Seconds between two looks at the ledger where no notice comes."""

TROUBLE = (*UNREACHABLE, asyncpg.PostgresError, asyncpg.InterfaceError)

TEND = 60.0
"""Seconds between two looks at which objects have become large."""

BEHIND = 0.5  # seconds before looking again where something went wrong


class UrlsMissing(BadUserInput):
    def __init__(self) -> None:
        super().__init__("DATABASE_URL and REDIS_URL have to be set.", hint="`armature up` has a worker of its own.")


class Worker:
    """Made on the event loop that it runs on."""

    def __init__(self, db: Database, settings: Settings, kinds: Mapping[str, Kind] = KINDS) -> None:
        self._redis = opened_redis(settings.redis_url or "", longest_wait=LONGEST_WAIT)
        self._tally = Tally()
        self._listener = Listener(db.url)
        self._webhooks = Webhooks(db, settings, self._listener, self._tally)
        consumers = (*CONSUMERS, self._webhooks.matching.consume)
        self._relay = Relay(db, self._redis, consumers, tally=self._tally)
        self._sweep = Sweep(db, self._relay)
        self._committed = Committed(self._redis)
        self._db = db
        self._loop = asyncio.get_running_loop()
        self._kinds = kinds
        self._runner = JobRunner(db, settings, kinds, self._tally)
        at_once = {name: count(settings) for name, count in QUEUES.items()}
        self._queues = Queues(settings.broker_url or settings.redis_url or "", self._work, at_once)
        self._waiting = asyncio.Event()
        self._listener.on_notice(self._heard)
        self._listener.on_missed(self._waiting.set)
        self._listener.on_missed(self._sweep.forget)
        self._is_queue_lost = False
        self._indexed_from = settings.indexed_from

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """From the first look at the ledger to the end; jobs that still run then are given back."""
        await self._listener.start()
        self._queues.start()
        loops = [asyncio.create_task(each()) for each in (self._look, self._keep_time, self._keep_tending)]
        try:
            async with self._webhooks.running(), self._relay.relaying(), self._sweep.sweeping():
                yield
        finally:
            await end(loops)
            await asyncio.gather(asyncio.to_thread(self._queues.stop), self._runner.end())
            await self._listener.stop()
            await self._committed.stop()
            with suppress(RedisError, OSError):
                await self._tally.hand_over(self._redis)
            await self._redis.aclose()

    def _work(self, job_id: UUID) -> None:
        """In a thread of the queue's, which waits; the work itself is done on the event loop."""
        asyncio.run_coroutine_threadsafe(self._runner.run(job_id), self._loop).result()

    def _heard(self, notice: Notice) -> None:
        if "jobs" in notice:
            self._waiting.set()
        elif "events" in notice:
            self._committed.note(UUID(notice["events"]))

    async def _look(self) -> None:
        while True:
            self._waiting.clear()
            pause = SWEEP if await self._swept() else BEHIND
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):  # wait_for may lose the end that comes together with a notice
                    await self._waiting.wait()

    async def _keep_time(self) -> None:
        is_known = False
        while True:
            try:
                if not is_known:
                    await put_schedules(self._db, self._kinds)
                is_known = True
                wait = await fire(self._db)
            except Unavailable:  # `_swept` tells of it
                wait = BEHIND
            except TROUBLE:
                log.exception("worker.schedule_failed")
                wait = BEHIND
            await asyncio.sleep(wait)

    async def _keep_tending(self) -> None:
        while True:
            try:
                async with self._db.connection() as connection:
                    await ask_for_tending(connection, self._indexed_from)
            except Unavailable:  # as above
                pass
            except TROUBLE:
                log.exception("worker.tending_failed")
            await asyncio.sleep(TEND)

    async def _swept(self) -> bool:
        """Whether all that is due was sent."""
        try:
            sent = await self.sweep()
            async with self._db.connection() as connection:
                await seal(connection)
            await self._say_alive()
        except Unavailable as error:
            if not self._is_queue_lost:
                log.warning("worker.waits", why=error.message)
            self._is_queue_lost = True
            return False
        except TROUBLE:
            log.exception("worker.sweep_failed")
            return False
        self._is_queue_lost = False
        return not sent

    async def _say_alive(self) -> None:
        """Only one that reaches its queue does."""
        await asyncio.to_thread(self._queues.check)
        try:
            await say_alive(self._redis)
            await self._tally.hand_over(self._redis)
        except (RedisError, OSError) as error:
            raise QueueUnreachable from error

    async def sweep(self) -> int:
        """Send what is due; how many that were. What can't be sent stays unsent: it is marked in one transaction."""
        async with self._db.transaction() as connection:
            due = [(queue_of(self._kinds, kind), id_) for kind, id_ in await mark_sent(connection)]
            if due:
                await asyncio.to_thread(self._queues.send, due)
        return len(due)


async def work(settings: Settings, until: asyncio.Event) -> None:
    """A worker from its start until `until` is set. Raises UrlsMissing, Unavailable."""
    if settings.database_url is None or settings.redis_url is None:
        raise UrlsMissing
    db = await open_database(settings.database_url, pool_size=settings.database_pool_size)
    try:
        async with Worker(db, settings).working():
            log.info("working")
            await until.wait()
    finally:
        await db.close()


async def work_until_told(settings: Settings) -> None:
    """Until SIGTERM or Ctrl-C."""
    until = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, until.set)
    await work(settings, until)
