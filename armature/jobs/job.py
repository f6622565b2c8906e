"""A job: something to be done outside of requests, and what has become of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from armature.core.errors import Conflict, NotFound

State = Literal["queued", "running", "succeeded", "failed", "cancelled"]
STATES: tuple[State, ...] = ("queued", "running", "succeeded", "failed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """`kind` is a key of workers.kinds.KINDS; `subject` what it is about; of both the same, one waits at a time."""

    kind: str
    workspace_id: UUID | None = None
    subject: UUID | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    wait: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`progress` goes from 0 to 1. `error` is a sentence: why it failed, or why it will be tried again at `due_at`."""

    id: UUID
    workspace_id: UUID | None
    kind: str
    subject: UUID | None
    arguments: Mapping[str, Any]
    state: State
    progress: float
    attempts: int
    error: str | None
    created_at: datetime
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobNotFound(NotFound):
    def __init__(self, job_id: object) -> None:
        super().__init__(f'There is no job "{job_id}".', path=("id",))


class JobNotOver(Conflict):
    def __init__(self, job: Job) -> None:
        super().__init__(
            f"The job can't be tried again: it {STANDS[job.state]}.",
            hint="Only what has failed or was cancelled is tried again.",
            path=("id",),
        )


class JobWaitsAlready(Conflict):
    def __init__(self) -> None:
        super().__init__("Another job for the same is waiting already.", path=("id",))


class JobOver(Conflict):
    def __init__(self, job: Job) -> None:
        super().__init__(f"The job can't be cancelled: it has {ENDED[job.state]}.", path=("id",))


STANDS: Mapping[State, str] = {"queued": "waits already", "running": "is at work", "succeeded": "has succeeded"}
ENDED: Mapping[State, str] = {"succeeded": "succeeded", "failed": "failed", "cancelled": "been cancelled"}
