"""Which indexes a change of a model makes and unmakes, and the jobs that see to it."""

from collections.abc import Iterator
from uuid import UUID

from armature.jobs.job import NewJob
from armature.metadata.model import Object, Snapshot, renewed
from armature.schema_builder.indexes import Built, built_indexes

KIND = "index"


def index_jobs(before: Snapshot | None, after: Snapshot) -> Iterator[NewJob]:
    for each in later_indexes(before, after):
        yield index_job(after.workspace_id, next(filter(None, each[::-1])))


def later_indexes(before: Snapshot | None, after: Snapshot) -> Iterator[tuple[Built | None, Built | None]]:
    """Indexes that come, go or become others, as they were and as they will be, once a job has seen to it."""
    known = before.objects if before else {}
    for of in renewed(known, after.objects):
        was = known.get(of.id)
        old = {each.key: each for each in built_indexes(before, was)} if before and was else {}
        new = {each.key: each for each in built_indexes(after, of) if was or is_later(each)}
        for key in dict.fromkeys((*old, *new)):
            there, wanted = old.get(key), new.get(key)
            if there is None or wanted is None or there.name != wanted.name:
                yield there, wanted


def index_job(workspace_id: UUID, index: Built) -> NewJob:
    """Makes it what the model says by then: there, another one, or gone."""
    arguments = {"object": str(index.of.id), "key": index.key}
    return NewJob(kind=KIND, workspace_id=workspace_id, subject=index.id, arguments=arguments)


def at_once(after: Snapshot, of: Object) -> Iterator[Built]:
    """The indexes that are made together with a new table."""
    return (each for each in built_indexes(after, of) if not is_later(each))


def is_later(index: Built) -> bool:
    """Whether only a session of its own can make it."""
    return index.extension is not None
