"""What kinds of jobs there are: adding one is an entry here, and its function."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from armature.migrations.workspace import index_jobs, set_aside, tending
from armature.migrations.workspace import purge as model_purge
from armature.workers import indexes, large_objects, purge, upkeep
from armature.workers.task import Task


@dataclass(frozen=True, slots=True)
class Kind:
    """`run` returns when all is done. An ArmatureError that trying again won't help ends the job."""

    run: Callable[[Task], Awaitable[None]]
    attempts: int = 8


KINDS: Mapping[str, Kind] = {
    index_jobs.KIND: Kind(indexes.settle),
    model_purge.KIND: Kind(purge.set_aside_in),
    tending.KIND: Kind(large_objects.tend),
    set_aside.KIND: Kind(purge.workspace),
    upkeep.KIND: Kind(upkeep.look_after),
}
