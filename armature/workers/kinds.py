"""What kinds of jobs there are: adding one is an entry here, and its function."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from armature.core.db import Database
from armature.core.settings import Settings
from armature.jobs.job import Job


@dataclass(slots=True)
class Task:
    """A job at work. Its function sets `progress` as it goes; it may be run again from the beginning at any time."""

    job: Job
    db: Database
    settings: Settings
    progress: float = 0.0


@dataclass(frozen=True, slots=True)
class Kind:
    """`run` returns when all is done. An ArmatureError that trying again won't help ends the job."""

    run: Callable[[Task], Awaitable[None]]
    attempts: int = 8


KINDS: Mapping[str, Kind] = {}
