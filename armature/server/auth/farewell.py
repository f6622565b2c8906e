"""Users delete their accounts: with it goes what lets them in; what they have written in workspaces stays.

A workspace that nobody else is in is set aside with its last member. One that others would be left in with nobody to
administer it keeps the account from going.
"""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Uuid, any_, delete, func, literal, select

from armature.core.db import Connection, execute, fetch
from armature.core.errors import Conflict
from armature.core.notices import notify
from armature.metadata.tables import memberships, users, workspaces
from armature.migrations.workspace.set_aside import set_aside_within
from armature.server.auth import letters
from armature.server.auth.desk import Desk
from armature.server.auth.members import ADMINISTERS
from armature.server.auth.own_account import OwnAccount


class StillNeeded(Conflict):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"Nobody could administer {', '.join(names)} any more.",
            hint="Make somebody else there an administrator first, or delete the workspace.",
        )


async def delete_account(desk: Desk, own: OwnAccount) -> None:
    """All at once, for good. Raises StillNeeded."""
    async with desk.db.transaction() as connection:
        places = await _places(connection, own.user_id)
        await execute(connection, delete(users).where(users.c.id == own.user_id))
        await notify(connection, {"identity": str(own.user_id)})
        left = await _left_in(connection, places)
        if forlorn := [row["name"] for row in left if row["members"] and not row["administrators"]]:
            raise StillNeeded(forlorn)
        for row in left:
            if not row["members"]:
                await set_aside_within(connection, row["id"])
    if desk.post.can_send:
        desk.post.send(letters.account_deleted(own.email))


async def _places(connection: Connection, user_id: UUID) -> Sequence[UUID]:
    """The workspaces of the user. Who administers them is locked, so that no two of them leave at once."""
    theirs = select(memberships.c.workspace_id).where(memberships.c.user_id == user_id)
    who = select(memberships.c.user_id, memberships.c.workspace_id).where(memberships.c.workspace_id.in_(theirs))
    order = (memberships.c.workspace_id, memberships.c.user_id)
    rows = await fetch(connection, who.where(ADMINISTERS).order_by(*order).with_for_update())
    return list({row["workspace_id"] for row in rows})


async def _left_in(connection: Connection, places: Sequence[UUID]) -> Sequence[Record]:
    active = ADMINISTERS & memberships.c.suspended_at.is_(None)
    wanted = (
        select(
            workspaces.c.id,
            workspaces.c.name,
            func.count(memberships.c.user_id).label("members"),
            func.count(memberships.c.user_id).filter(active).label("administrators"),
        )
        .outerjoin(memberships, memberships.c.workspace_id == workspaces.c.id)
        .where(workspaces.c.id == any_(literal(places, ARRAY(Uuid()))), workspaces.c.deleted_at.is_(None))
        .group_by(workspaces.c.id)
        .order_by(workspaces.c.id)
    )
    return await fetch(connection, wanted)
