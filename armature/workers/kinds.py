"""What kinds of jobs there are: adding one is an entry here, and its function."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from armature.core.settings import Settings
from armature.migrations.workspace import index_jobs, set_aside, tending
from armature.migrations.workspace import purge as model_purge
from armature.webhooks import switching
from armature.workers import forgetting, indexes, large_objects, purge, upkeep, webhook_notices
from armature.workers.task import Task

MODEL, UPKEEP = "model", "upkeep"

QUEUES: Mapping[str, Callable[[Settings], int]] = {
    MODEL: lambda settings: settings.worker_jobs,
    UPKEEP: lambda _: 1,
}
"""What waits in one queue does not wait for another; and how many of one a worker runs at once."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`run` returns when all is done. An ArmatureError that trying again won't help ends the job."""

    run: Callable[[Task], Awaitable[None]]
    attempts: int = 8
    queue: str = MODEL


KINDS: Mapping[str, Kind] = {
    index_jobs.KIND: Kind(indexes.settle),
    model_purge.KIND: Kind(purge.set_aside_in),
    tending.KIND: Kind(large_objects.tend),
    set_aside.KIND: Kind(purge.workspace, queue=UPKEEP),
    upkeep.KIND: Kind(upkeep.look_after, queue=UPKEEP),
    forgetting.KIND: Kind(forgetting.forget, queue=UPKEEP),
    switching.NOTICE_JOB: Kind(webhook_notices.tell_owners),
}


def queue_of(kinds: Mapping[str, Kind], kind: str) -> str:
    """One that nobody knows fails in any queue."""
    return kinds[kind].queue if kind in kinds else UPKEEP
