"""The job that looks after the indexes of large objects."""

from armature.migrations.workspace.tending import tend as tend_workspace
from armature.workers.task import Task


async def tend(task: Task) -> None:
    assert task.job.workspace_id is not None  # noqa: S101  it is about a workspace

    def tell(progress: float) -> None:
        task.progress = progress

    await tend_workspace(task.db, task.job.workspace_id, task.settings.indexed_from, tell)
