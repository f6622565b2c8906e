"""The job that drops what was set aside long enough ago."""

from datetime import UTC, datetime, timedelta

from armature.migrations.workspace import set_aside
from armature.migrations.workspace.change import RecordsBusy
from armature.migrations.workspace.purge import purge_due
from armature.workers.task import Task, TryAgain


async def set_aside_in(task: Task) -> None:
    """What was deleted of a model. Who keeps its records busy is asked again later."""
    assert task.job.workspace_id is not None  # noqa: S101  models are of workspaces
    until = datetime.now(UTC) - timedelta(seconds=task.settings.set_aside_lifetime)
    try:
        await purge_due(task.db, task.job.workspace_id, until)
    except RecordsBusy as error:
        raise TryAgain(error.message) from error


async def workspace(task: Task) -> None:
    assert task.job.subject is not None  # noqa: S101  the workspace that is to go
    await set_aside.purge(task.db, task.job.subject)
