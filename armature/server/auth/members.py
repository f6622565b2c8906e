"""Members of a workspace: what they become, when they may not enter for a while, when they go."""

from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import delete, func, or_, select, update

from armature.core.db import Connection, Database, execute, fetch
from armature.core.errors import Conflict, NotFound
from armature.core.notices import notify
from armature.metadata.tables import memberships
from armature.server.auth.roles import FULL, checked_role


class MemberNotFound(NotFound):
    def __init__(self, user: str) -> None:
        super().__init__(f'This workspace has no member "{user[:100]}".', path=("userId",))


class LastAdministrator(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "Nobody could administer this workspace any more.", hint="Make somebody else its administrator first."
        )


async def set_member_role(db: Database, workspace_id: UUID, user: str, role: str) -> UUID:
    """Raises RoleUnknown, MemberNotFound, LastAdministrator."""
    return await _change(db, workspace_id, user, {"role": checked_role(role)})


async def suspend_member(db: Database, workspace_id: UUID, user: str) -> UUID:
    """Kept out, in every process, until resumed. Raises MemberNotFound, LastAdministrator."""
    suspended_at = func.coalesce(memberships.c.suspended_at, func.now())
    return await _change(db, workspace_id, user, {"suspended_at": suspended_at})


async def resume_member(db: Database, workspace_id: UUID, user: str) -> UUID:
    """Raises MemberNotFound."""
    return await _change(db, workspace_id, user, {"suspended_at": None})


async def remove_member(db: Database, workspace_id: UUID, user: str) -> UUID:
    """Their account, and what they made, stays. Raises MemberNotFound, LastAdministrator."""
    async with db.transaction() as connection:
        member = await _locked(connection, workspace_id, user)
        gone = delete(memberships).where(
            memberships.c.workspace_id == workspace_id, memberships.c.user_id == member["user_id"]
        )
        await execute(connection, gone)
        return await _told(connection, workspace_id, member["user_id"])


async def _change(db: Database, workspace_id: UUID, user: str, values: dict[str, Any]) -> UUID:
    async with db.transaction() as connection:
        member = await _locked(connection, workspace_id, user)
        theirs = (memberships.c.workspace_id == workspace_id, memberships.c.user_id == member["user_id"])
        await execute(connection, update(memberships).where(*theirs).values(values))
        return await _told(connection, workspace_id, member["user_id"])


async def _locked(connection: Connection, workspace_id: UUID, user: str) -> Record:
    """The member; all who administer are locked, so that no two of them put each other out. Raises MemberNotFound."""
    try:
        user_id = UUID(user)
    except ValueError:
        raise MemberNotFound(user) from None
    everybody = select(memberships).where(memberships.c.workspace_id == workspace_id)
    some = everybody.where((memberships.c.user_id == user_id) | ADMINISTERS).order_by(memberships.c.user_id)
    for row in await fetch(connection, some.with_for_update()):
        if row["user_id"] == user_id:
            return row
    raise MemberNotFound(user)


async def _told(connection: Connection, workspace_id: UUID, user_id: UUID) -> UUID:
    """Raises LastAdministrator, which takes all back."""
    left = select(memberships.c.user_id).where(
        memberships.c.workspace_id == workspace_id, ADMINISTERS, memberships.c.suspended_at.is_(None)
    )
    if not await fetch(connection, left.limit(1)):
        raise LastAdministrator
    await notify(connection, {"identity": str(user_id)})
    return user_id


ADMINISTERS = or_(*(memberships.c.role == each for each in FULL))
