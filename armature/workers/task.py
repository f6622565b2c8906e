"""A job at work, as its function sees it."""

from dataclasses import dataclass

from armature.core.db import Database
from armature.core.settings import Settings
from armature.jobs.job import Job


class TryAgain(Exception):
    """What keeps the job from going on will pass; the text tells what it is."""


@dataclass(slots=True)
class Task:
    """A job at work. Its function sets `progress` as it goes; it may be run again from the beginning at any time."""

    job: Job
    db: Database
    settings: Settings
    progress: float = 0.0
