"""What the doctor looks for in the ledger of jobs: those that failed, and those that nobody runs.

One that failed is forgotten where the same is asked for again: that one tells.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select

from armature.core.db import Database, fetch
from armature.metadata.tables import jobs
from armature.migrations.workspace.finding import Finding

STUCK = timedelta(minutes=10)
MOST = 100


async def job_findings(db: Database, workspace_id: UUID | None) -> list[Finding]:
    """At most a hundred, the oldest first."""
    unheard_of = func.now() - STUCK
    waits = and_(jobs.c.state == "queued", jobs.c.due_at < unheard_of)
    is_lost = and_(jobs.c.state == "running", jobs.c.lease_until < unheard_of)
    later = jobs.alias("later")
    is_repeated = exists().where(later.c.subject == jobs.c.subject, later.c.kind == jobs.c.kind, later.c.id > jobs.c.id)
    has_failed = and_(jobs.c.state == "failed", ~is_repeated)
    mine = [] if workspace_id is None else [jobs.c.workspace_id == workspace_id]
    found = select(jobs).where(or_(has_failed, waits, is_lost), *mine).order_by(jobs.c.id).limit(MOST)
    async with db.connection() as connection:
        rows = await fetch(connection, found)
    return [_finding(row["workspace_id"], row["id"], row["kind"], row["state"], row["error"]) for row in rows]


def _finding(workspace_id: UUID | None, job_id: UUID, kind: str, state: str, error: str | None) -> Finding:
    job = f"The job {job_id} ({kind})"
    if state == "failed":
        return Finding(workspace_id, f"{job} failed: {error}", f"armature jobs retry {job_id}")
    waits = "waits for a worker" if state == "queued" else "was left in the middle by its worker, and nobody took it up"
    return Finding(workspace_id, f"{job} {waits}, for more than {STUCK.seconds // 60} minutes.", "armature worker")
