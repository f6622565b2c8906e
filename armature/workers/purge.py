"""The job that drops what was set aside long enough ago."""

from armature.migrations.workspace import set_aside
from armature.workers.task import Task


async def workspace(task: Task) -> None:
    assert task.job.subject is not None  # noqa: S101  the workspace that is to go
    await set_aside.purge(task.db, task.job.subject)
