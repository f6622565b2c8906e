"""Jobs, as the control plane shows them: the caller's workspace's."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from strawberry import ID, Info

from armature.jobs import job, ledger
from armature.jobs.job import JobNotFound
from armature.server.control.context import Context
from armature.server.control.page_size import check_limit

MOST_JOBS = 200
COLUMNS = ("kind", "progress", "attempts", "error", "created_at", "due_at", "started_at", "finished_at")


@strawberry.enum(description="Where a job is. One that could not go on waits, QUEUED, for its next try.")
class JobState(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@strawberry.type(description="Something done outside of requests by a worker.")
class Job:
    id: ID
    kind: str
    subject: ID | None = strawberry.field(description="What it is about: an index, a field, an object.")
    state: JobState
    progress: float = strawberry.field(description="From 0 to 1.")
    attempts: int
    error: str | None = strawberry.field(description="Why it failed, or why it is tried again at dueAt.")
    created_at: datetime
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@strawberry.type
class JobQueries:
    @strawberry.field
    async def jobs(
        self,
        info: Info[Context, None],
        states: list[JobState] | None = None,
        kind: str | None = None,
        before: ID | None = None,
        limit: int = 50,
    ) -> list[Job]:
        """The newest first; `before` a job, for those older than it."""
        check_limit(limit, MOST_JOBS)
        found = await ledger.jobs_of(
            info.context.db,
            info.context.place().workspace_id,
            states=[each.value for each in states or ()],
            kind=kind,
            before=None if before is None else _id(before),
            limit=limit,
        )
        return [job_of(each) for each in await info.context.listed(found)]

    @strawberry.field
    async def job(self, info: Info[Context, None], id: ID) -> Job:
        return job_of(await ledger.job_by_id(info.context.db, _id(id), info.context.place().workspace_id))


@strawberry.type
class JobMutations:
    @strawberry.mutation
    async def retry_job(self, info: Info[Context, None], id: ID) -> Job:
        """Tries again what has failed or was cancelled."""
        await info.context.check_may("MODEL")
        return job_of(await ledger.retry_job(info.context.db, _id(id), info.context.place().workspace_id))

    @strawberry.mutation
    async def cancel_job(self, info: Info[Context, None], id: ID) -> Job:
        """Keeps a job from being run; one that runs ends soon."""
        await info.context.check_may("MODEL")
        return job_of(await ledger.cancel_job(info.context.db, _id(id), info.context.place().workspace_id))


def job_of(found: job.Job) -> Job:
    return Job(
        id=ID(str(found.id)),
        subject=None if found.subject is None else ID(str(found.subject)),
        state=JobState(found.state),
        **{name: getattr(found, name) for name in COLUMNS},
    )


def _id(given: ID) -> UUID:
    """Raises JobNotFound: what is no id, no job has."""
    try:
        return UUID(given)
    except ValueError as error:
        raise JobNotFound(given[:100]) from error
