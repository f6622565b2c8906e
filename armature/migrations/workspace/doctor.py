"""Whether the database is what the catalog says, and what to do where it is not. Changes nothing."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import Label, Row, Text, Uuid, bindparam, case, column, exists, select, table

from armature.core.db import Database
from armature.metadata.store import WorkspaceNotFound, load_snapshot
from armature.metadata.tables import jobs, workspaces
from armature.migrations.catalog.migrate import HEAD, catalog_revision
from armature.migrations.engine import sqlalchemy_connection
from armature.migrations.workspace import set_aside
from armature.migrations.workspace.audit_findings import audit_findings
from armature.migrations.workspace.catalog_findings import catalog_findings
from armature.migrations.workspace.finding import Finding as Finding
from armature.migrations.workspace.index_differences import index_differences
from armature.migrations.workspace.inspect import differences
from armature.migrations.workspace.job_findings import job_findings
from armature.migrations.workspace.member_differences import member_differences
from armature.migrations.workspace.shortages import shortages
from armature.schema_builder.event_table import events_table
from armature.schema_builder.tables import Tables


async def diagnose(db: Database, workspace_id: UUID | None = None) -> list[Finding]:
    """Every difference, of one workspace or of all, in an order in which they can be mended; nothing means health.

    While a workspace is looked at, changes of its model wait. Raises WorkspaceNotFound.
    """
    revision = await catalog_revision(db.url)
    if revision != HEAD:
        what = "There is no catalog." if revision is None else f"The catalog is at revision {revision}, not {HEAD}."
        return [Finding(None, what, "armature migrate")]
    found = [*await shortages(db, workspace_id), *await catalog_findings(db)]
    async with sqlalchemy_connection(db.url) as connection:
        known = (await connection.execute(_WORKSPACES)).all()
    chosen = [each for each in known if each.id is not None and workspace_id in (None, each.id)]
    if workspace_id is not None and not chosen:
        raise WorkspaceNotFound(workspace_id)
    for each in chosen:
        found += [finding async for finding in _of_workspace(db, each)]
    found += await job_findings(db, workspace_id)
    if workspace_id is None:
        found += [_orphan(each.present) for each in known if each.id is None]
        found += await audit_findings(db)
    return found


_NAMESPACES = table("pg_namespace", column("nspname", Text()), schema="pg_catalog")
_OURS = select(_NAMESPACES.c.nspname).where(_NAMESPACES.c.nspname.regexp_match("^workspace_[0-9a-f]{32}$")).subquery()
_TO_BE_PURGED = exists().where(
    jobs.c.subject == workspaces.c.id, jobs.c.kind == set_aside.KIND, jobs.c.state.in_(("queued", "running"))
)
_ENDS: Label[str | None] = case((workspaces.c.deleted_at.is_(None), None), (_TO_BE_PURGED, "later"), else_="now").label(
    "ends"
)
_WORKSPACES = (
    select(workspaces.c.id, workspaces.c.schema, _ENDS, _OURS.c.nspname.label("present"))
    .join_from(workspaces, _OURS, workspaces.c.schema == _OURS.c.nspname, full=True)
    .order_by(workspaces.c.id, _OURS.c.nspname)
)
_LOCKED = (
    select(workspaces.c.version)
    .where(workspaces.c.id == bindparam("id", type_=Uuid()), workspaces.c.deleted_at.is_(None))
    .with_for_update(key_share=True)
)


async def _of_workspace(db: Database, workspace: Row[UUID, str, str | None, str | None]) -> AsyncIterator[Finding]:
    """One that was set aside can be brought back, until a job purges it: nobody is told to delete it."""
    id_, schema, ends, present = workspace
    if ends == "now":
        yield Finding(id_, "The workspace is deleted, but not yet removed.", f"armature workspace delete {id_}")
    elif present is None:
        yield Finding(id_, f'The schema "{schema}" is missing, with all records.', "Restore it from a backup.")
    elif ends is None:
        for each in await _differences(db, id_):
            yield each


async def _differences(db: Database, workspace_id: UUID) -> list[Finding]:
    async with sqlalchemy_connection(db.url) as connection:
        if await connection.scalar(_LOCKED, {"id": workspace_id}) is None:
            return []
        async with db.connection() as reading:
            snapshot = await load_snapshot(reading, workspace_id)
            of_indexes = await index_differences(reading, snapshot)
            of_members = await member_differences(reading, workspace_id, snapshot.schema)
        model = Tables(snapshot, snapshot.schema).complete()
        events_table(model, snapshot.schema)
        found = [*await connection.run_sync(differences, model, snapshot.schema), *of_indexes, *of_members]
    return [Finding(workspace_id, each.what, each.fix) for each in found]


def _orphan(schema: str) -> Finding:
    """Its name is what a workspace's is, so it needs no quotes."""
    return Finding(None, f'The schema "{schema}" belongs to no workspace.', f"DROP SCHEMA {schema} CASCADE")
