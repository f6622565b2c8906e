"""One job from its claim to its outcome. Knows neither the queue it came from nor what its kind does."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog

from armature.core.acting import ACTING, Acting
from armature.core.db import Database
from armature.core.errors import ArmatureError, Unavailable
from armature.core.settings import Settings
from armature.jobs.job import Job
from armature.jobs.tally import Tally
from armature.workers.claims import LEASE, claim, fail, give_back, renew, succeed, try_later
from armature.workers.kinds import Kind
from armature.workers.task import Task, TryAgain

log = structlog.get_logger("armature.jobs")

HEARTBEAT = LEASE.total_seconds() / 10
FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0  # seconds between two tries, the waits between doubling

MYSTERY = "It failed for a reason that the worker's log has."


class JobRunner:
    """Runs jobs one by one or many at once, all on one event loop."""

    def __init__(self, db: Database, settings: Settings, kinds: Mapping[str, Kind], tally: Tally | None = None) -> None:
        self._tally = tally or Tally()
        self._db = db
        self._settings = settings
        self._kinds = kinds
        self._running: set[asyncio.Task[None]] = set()
        self._is_ending = False

    async def run(self, job_id: UUID) -> None:
        """Returns when it is over, for this time; nothing happens where it is not to be run. Never raises."""
        if self._is_ending:
            return
        work = asyncio.ensure_future(self._run(job_id))
        self._running.add(work)
        work.add_done_callback(self._running.discard)
        with suppress(asyncio.CancelledError):
            await asyncio.wait([work])

    async def end(self) -> None:
        """What still runs is given back, for others or for later."""
        self._is_ending = True
        for each in self._running:
            each.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, job_id: UUID) -> None:
        ACTING.set(Acting("worker"))
        try:
            job = await claim(self._db, job_id)
            if job is None:
                return
            with structlog.contextvars.bound_contextvars(job=str(job.id), kind=job.kind):
                await self._attempt(job)
        except Exception:  # the database is gone; the lease will end, and somebody take it up
            log.exception("job.unclear", job=str(job_id))

    async def _attempt(self, job: Job) -> None:
        kind = self._kinds.get(job.kind)
        if kind is None:
            await fail(self._db, job, f'No worker knows jobs of the kind "{job.kind}".')
            return
        if job.attempts > kind.attempts:
            await fail(self._db, job, f"Its worker ended in the middle of it, {kind.attempts} times.")
            return
        task = Task(job, self._db, self._settings)
        try:
            if await self._accompanied(kind, task):
                await succeed(self._db, job)
                self._tally.add("jobs", job.kind, "succeeded")
                log.info("job.succeeded", attempt=job.attempts)
        except asyncio.CancelledError:
            await asyncio.shield(give_back(self._db, job))
            raise
        except Exception as error:  # noqa: BLE001  the ledger is told, and the log
            await self._failed(job, kind, error)

    async def _accompanied(self, kind: Kind, task: Task) -> bool:
        """Run it while telling that we live; False where it was taken from us on the way."""
        work = asyncio.ensure_future(kind.run(task))
        try:
            while not (await asyncio.wait([work], timeout=HEARTBEAT))[0]:
                if not await renew(self._db, task.job, task.progress):
                    log.info("job.taken_away")
                    return False
        finally:
            await _stopped(work)
        work.result()
        return True

    async def _failed(self, job: Job, kind: Kind, error: Exception) -> None:
        told, passes = _told(error)
        if told == MYSTERY:
            log.error("job.failed", attempt=job.attempts, exc_info=error)
        if passes and job.attempts < kind.attempts:
            await try_later(self._db, job, told, wait_after(job.attempts))
            self._tally.add("jobs", job.kind, "retried")
        else:
            await fail(self._db, job, told)
            self._tally.add("jobs", job.kind, "failed")
            log.warning("job.gave_up", attempt=job.attempts, error=told)


async def _stopped(work: "asyncio.Future[None]") -> None:
    """Its end is waited for: what it had begun in PostgreSQL is over then."""
    if not work.done():
        work.cancel()
        await asyncio.wait([work])


def _told(error: Exception) -> tuple[str, bool]:
    """What may be said of it, and whether it may pass."""
    match error:
        case TryAgain():
            return str(error), True
        case Unavailable():
            return error.message, True
        case ArmatureError():
            return error.message, False
        case _:
            return MYSTERY, True


def wait_after(attempts: int) -> timedelta:
    """Longer each time, and never quite the same, so that what failed together does not come back together."""
    longest = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    return timedelta(seconds=longest * random.uniform(0.5, 1))  # noqa: S311  nobody gains by guessing it
