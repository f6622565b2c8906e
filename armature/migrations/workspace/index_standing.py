"""What has become of indexes: asked of PostgreSQL and of the ledger of jobs, so that nobody has to remember it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import distinct_on

from armature.core.db import Connection, fetch
from armature.jobs.job import Job
from armature.jobs.ledger import COLUMNS
from armature.metadata.tables import jobs

BuiltIndex: TypeAlias = tuple[str, UUID, str]
"""Its schema, its id, and its name in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`job` is the last one that had to do with the index."""

    state: Literal["BUILDING", "READY", "FAILED"]
    progress: float
    error: str | None
    job: Job | None


async def standings(connection: Connection, indexes: Sequence[BuiltIndex]) -> list[Standing]:
    """In the order of the indexes."""
    last = await _last_jobs(connection, [id_ for _, id_, _ in indexes])
    ready = await _ready(connection, indexes)
    return [_standing(last.get(id_), is_ready=(schema, name) in ready) for schema, id_, name in indexes]


def _standing(job: Job | None, *, is_ready: bool) -> Standing:
    if is_ready:
        return Standing("READY", 1.0, None, job)
    if job is not None and job.state in ("queued", "running"):
        return Standing("BUILDING", job.progress, job.error, job)
    if job is not None and job.state == "cancelled":
        return Standing("FAILED", job.progress, "Its job was cancelled.", job)
    error = job.error if job is not None else None
    return Standing("FAILED", 0.0, error or "It is missing: `armature doctor` tells how to make it.", job)


async def _last_jobs(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Job]:
    mine = jobs.c.subject == any_(literal(list(ids), ARRAY(Uuid())))
    newest = select(*COLUMNS).ext(distinct_on(jobs.c.subject)).where(mine).order_by(jobs.c.subject, jobs.c.id.desc())
    return {row["subject"]: Job(**row) for row in await fetch(connection, newest)}


async def _ready(connection: Connection, indexes: Sequence[BuiltIndex]) -> set[tuple[str, str]]:
    rows = await connection.fetch(
        "SELECT nspname::text AS schema, relname::text AS name FROM pg_class "
        "JOIN pg_namespace ON pg_namespace.oid = relnamespace JOIN pg_index ON indexrelid = pg_class.oid "
        "WHERE nspname = ANY($1) AND relname = ANY($2) AND indisvalid",
        [schema for schema, _, _ in indexes],
        [name for _, _, name in indexes],
    )
    return {(row["schema"], row["name"]) for row in rows}
