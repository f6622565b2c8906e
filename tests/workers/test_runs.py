"""What becomes of a job: done, tried again, given up, cancelled, taken over."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, update

from armature.core.db import Database, execute
from armature.core.errors import Conflict
from armature.core.settings import Settings
from armature.jobs.job import Job, JobNotFound, JobNotOver, JobOver, JobWaitsAlready, NewJob
from armature.jobs.ledger import cancel_job, enqueue, job_by_id, jobs_of, retry_job
from armature.metadata.tables import jobs
from armature.workers.claims import claim, renew, succeed
from armature.workers.kinds import Kind
from armature.workers.run import HEARTBEAT, JobRunner, wait_after
from armature.workers.task import Task, TryAgain

SUBJECT = uuid4()


async def new(db: Database, kind: str = "work", subject: UUID | None = None) -> Job:
    async with db.transaction() as connection:
        await enqueue(connection, NewJob(kind=kind, subject=subject or uuid4()))
    return (await jobs_of(db, None))[0]


async def now(db: Database, job: Job) -> Job:
    return await job_by_id(db, job.id, None)


async def changed(db: Database, job: Job, **values: object) -> None:
    async with db.connection() as connection:
        await execute(connection, update(jobs).where(jobs.c.id == job.id).values(**values))


def runner(db: Database, settings: Settings, **kinds: Kind) -> JobRunner:
    return JobRunner(db, settings, kinds)


async def test_what_is_done_has_succeeded_and_is_not_done_again(db: Database, settings: Settings) -> None:
    done: list[UUID] = []

    async def work(task: Task) -> None:
        done.append(task.job.id)

    job, running = await new(db), runner(db, settings, work=Kind(work))
    await asyncio.gather(*(running.run(job.id) for _ in range(5)))

    assert done == [job.id]
    after = await now(db, job)
    assert (after.state, after.progress, after.attempts, after.error) == ("succeeded", 1.0, 1, None)
    assert after.finished_at is not None


async def test_a_job_comes_to_be_with_the_transaction_that_needs_it(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as connection:
            await enqueue(connection, NewJob(kind="work"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await jobs_of(db, None) == []


async def test_of_the_same_one_waits_at_a_time(db: Database) -> None:
    first = await new(db, subject=SUBJECT)
    assert await new(db, subject=SUBJECT) == first
    assert await claim(db, first.id)
    second = await new(db, subject=SUBJECT)
    assert second.id != first.id
    assert {each.state for each in await jobs_of(db, None)} == {"queued", "running"}


async def test_what_passes_is_tried_later(db: Database, settings: Settings) -> None:
    async def work(_: Task) -> None:
        raise TryAgain("Somebody is in the way.")

    job = await new(db)
    await runner(db, settings, work=Kind(work)).run(job.id)

    after = await now(db, job)
    assert (after.state, after.attempts, after.error) == ("queued", 1, "Somebody is in the way.")
    assert after.due_at > datetime.now(UTC)
    assert await claim(db, job.id) is None  # not yet


async def test_who_fails_for_good_gives_up_at_last(db: Database, settings: Settings) -> None:
    async def work(_: Task) -> None:
        raise ZeroDivisionError("the text of a bug")

    job, running = await new(db), runner(db, settings, work=Kind(work, attempts=2))
    for _ in range(2):
        await changed(db, job, due_at=func.now())
        await running.run(job.id)

    after = await now(db, job)
    assert (after.state, after.attempts) == ("failed", 2)
    assert after.error is not None
    assert "the text of a bug" not in after.error


async def test_what_nobody_can_help_is_not_tried_again(db: Database, settings: Settings) -> None:
    async def work(_: Task) -> None:
        raise Conflict("Two records have the same value.")

    job = await new(db)
    await runner(db, settings, work=Kind(work)).run(job.id)
    after = await now(db, job)
    assert (after.state, after.error) == ("failed", "Two records have the same value.")

    again = await retry_job(db, job.id, None)
    assert (again.state, again.attempts, again.error) == ("queued", 0, None)
    with pytest.raises(JobNotOver):
        await retry_job(db, job.id, None)


async def test_a_kind_nobody_knows_is_told(db: Database, settings: Settings) -> None:
    job = await new(db, kind="dancing")
    await runner(db, settings).run(job.id)
    assert "dancing" in str((await now(db, job)).error)


async def test_one_that_waits_is_cancelled_at_once(db: Database) -> None:
    job = await new(db)
    assert (await cancel_job(db, job.id, None)).state == "cancelled"
    assert await claim(db, job.id) is None
    with pytest.raises(JobOver):
        await cancel_job(db, job.id, None)


async def test_one_that_runs_is_ended_when_it_is_cancelled(db: Database, settings: Settings) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work(task: Task) -> None:
        task.progress = 0.5
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    job = await new(db)
    running = asyncio.create_task(runner(db, settings, work=Kind(work)).run(job.id))
    await begun.wait()
    while (await now(db, job)).progress != 0.5:  # noqa: ASYNC110
        await asyncio.sleep(HEARTBEAT / 10)
    await cancel_job(db, job.id, None)
    await running
    assert ended.is_set()
    assert (await now(db, job)).state == "cancelled"


async def test_who_wakes_up_after_being_given_up_changes_nothing(db: Database) -> None:
    job = await new(db)
    sleeper = await claim(db, job.id)
    assert sleeper is not None
    assert await claim(db, job.id) is None
    await changed(db, job, lease_until=func.now())

    other = await claim(db, job.id)
    assert other is not None
    assert other.attempts == 2
    assert not await renew(db, sleeper, 0.9)
    await succeed(db, sleeper)
    assert (await now(db, job)).state == "running"


async def test_one_whose_workers_all_die_is_given_up(db: Database, settings: Settings) -> None:
    async def work(_: Task) -> None:
        raise AssertionError

    job = await new(db)
    for _ in range(2):
        assert await claim(db, job.id)
        await changed(db, job, lease_until=func.now())
    await runner(db, settings, work=Kind(work, attempts=2)).run(job.id)
    after = await now(db, job)
    assert after.state == "failed"
    assert "ended in the middle" in str(after.error)


async def test_a_worker_that_ends_gives_back_what_it_runs(db: Database, settings: Settings) -> None:
    begun = asyncio.Event()

    async def work(_: Task) -> None:
        begun.set()
        await asyncio.Event().wait()

    job, running = await new(db), runner(db, settings, work=Kind(work))
    at_work = asyncio.create_task(running.run(job.id))
    await begun.wait()
    await running.end()
    await at_work

    taken = await claim(db, job.id)
    assert taken is not None
    assert taken.attempts == 1


async def test_the_next_try_is_the_one_that_waits_already(db: Database, settings: Settings) -> None:
    async def work(task: Task) -> None:
        await new(task.db, subject=SUBJECT)
        raise TryAgain("Later.")

    job = await new(db, subject=SUBJECT)
    await runner(db, settings, work=Kind(work)).run(job.id)
    assert [each.state for each in await jobs_of(db, None)] == ["queued", "cancelled"]
    with pytest.raises(JobWaitsAlready):
        await retry_job(db, job.id, None)


async def test_jobs_of_others_are_not_there(db: Database) -> None:
    job = await new(db)
    for asked in (job_by_id, retry_job, cancel_job):
        with pytest.raises(JobNotFound):
            await asked(db, job.id, uuid4())
    assert await jobs_of(db, uuid4()) == []


def test_waits_grow_and_end_somewhere() -> None:
    waits = [wait_after(attempts).total_seconds() for attempts in range(1, 40)]
    assert all(1 <= each <= 600 for each in waits)
    assert max(waits[:2]) < min(waits[5:])
