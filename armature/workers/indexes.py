"""The job that makes an index what the model says."""

from uuid import UUID

from armature.migrations.workspace.index_build import settle_index
from armature.workers.task import Task


async def settle(task: Task) -> None:
    job = task.job
    assert job.workspace_id is not None  # noqa: S101  indexes are of workspaces

    def tell(progress: float) -> None:
        task.progress = progress

    object_id, key = UUID(job.arguments["object"]), str(job.arguments["key"])
    await settle_index(task.db, job.workspace_id, object_id, key, tell)
