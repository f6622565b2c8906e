"""Workspaces are set aside before they are gone: out of sight at once, and after a while purged by a job."""

from uuid import UUID

from asyncpg import Record
from sqlalchemy import func, select, update

from armature.core.db import Connection, Database, fetch, fetch_one, fetch_value
from armature.core.notices import notify
from armature.jobs.job import NewJob
from armature.jobs.ledger import enqueue
from armature.metadata.store import WorkspaceNotFound
from armature.metadata.tables import memberships, workspaces
from armature.migrations.workspace.delete import KEPT, delete_workspace

KIND = "purge workspace"
_IS_WHOLE = workspaces.c.deleted_at > func.now() - KEPT


async def set_aside(db: Database, workspace_id: UUID) -> None:
    """Nobody gets in, and nothing is lost yet. Raises WorkspaceNotFound."""
    async with db.transaction() as connection:
        await set_aside_within(connection, workspace_id)


async def set_aside_within(connection: Connection, workspace_id: UUID) -> None:
    """As `set_aside`, in the transaction of the caller."""
    await _change(connection, workspace_id, workspaces.c.deleted_at.is_(None), deleted_at=func.now())
    await notify(connection, {"workspace": str(workspace_id)})
    await enqueue(connection, NewJob(kind=KIND, subject=workspace_id, wait=KEPT))


async def bring_back(db: Database, workspace_id: UUID) -> None:
    """As it was. Raises WorkspaceNotFound where it was not set aside, or is gone, if only in part."""
    async with db.transaction() as connection:
        await _change(connection, workspace_id, _IS_WHOLE, deleted_at=None)


async def suspend(db: Database, workspace_id: UUID) -> None:
    """Nobody gets in until it is resumed; suspending twice changes nothing. Raises WorkspaceNotFound."""
    suspended_at = func.coalesce(workspaces.c.suspended_at, func.now())
    async with db.transaction() as connection:
        await _change(connection, workspace_id, workspaces.c.deleted_at.is_(None), suspended_at=suspended_at)


async def resume(db: Database, workspace_id: UUID) -> None:
    """Raises WorkspaceNotFound."""
    async with db.transaction() as connection:
        await _change(connection, workspace_id, workspaces.c.deleted_at.is_(None), suspended_at=None)


async def purge(db: Database, workspace_id: UUID) -> None:
    """For good, where it was set aside so long ago; one that was brought back, or set aside anew, is left alone."""
    due = select(workspaces.c.id).where(workspaces.c.id == workspace_id, workspaces.c.deleted_at <= func.now() - KEPT)
    async with db.connection() as connection:
        is_due = await fetch_value(connection, due) is not None
    if is_due:
        await delete_workspace(db, workspace_id)


async def set_aside_of(db: Database, user_id: UUID, roles: tuple[str, ...]) -> list[Record]:
    """What can be brought back of the workspaces that the user has one of these roles in, the last first."""
    theirs = (
        select(workspaces)
        .join_from(workspaces, memberships)
        .where(memberships.c.user_id == user_id, memberships.c.suspended_at.is_(None), _IS_WHOLE)
        .order_by(workspaces.c.deleted_at.desc())
    )
    async with db.connection() as connection:
        return [row for row in await fetch(connection, theirs.add_columns(memberships.c.role)) if row["role"] in roles]


async def _change(connection: Connection, workspace_id: UUID, state: object, **values: object) -> None:
    """Every process hears of it, for the workspace and for each member."""
    changed = update(workspaces).where(workspaces.c.id == workspace_id, state).values(**values)  # type: ignore[arg-type]
    if await fetch_one(connection, changed.returning(workspaces.c.id)) is None:
        raise WorkspaceNotFound(workspace_id)
    await notify(connection, {"identity": str(workspace_id)})
    members = select(memberships.c.user_id).where(memberships.c.workspace_id == workspace_id)
    for row in await fetch(connection, members):
        await notify(connection, {"identity": str(row["user_id"])})
