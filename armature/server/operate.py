"""What operators do to workspaces from the command line, in the words of the catalog."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from armature.core.db import Database, fetch_value
from armature.core.errors import NotFound
from armature.metadata.model import Snapshot
from armature.metadata.packs.registry import pack_named
from armature.metadata.tables import users
from armature.migrations.workspace.create import Workspace, create_workspace, list_workspaces
from armature.server.auth.texts import canonical_email, checked_name


class UserNotFound(NotFound):
    def __init__(self, email: str) -> None:
        super().__init__(f"Nobody has signed up as {email}.", hint="signUp at /metadata makes a user.")


async def make_workspace(db: Database, name: str, pack: str | None, owner: str | None) -> Snapshot:
    """Raises NameInvalid, PackUnknown, UserNotFound."""
    changes = pack_named(pack)
    user_id = None if owner is None else await _user(db, canonical_email(owner))
    return await create_workspace(db, checked_name(name, "name"), owner=user_id, changes=changes)


async def workspaces(db: Database) -> Sequence[Workspace]:
    async with db.connection() as connection:
        return await list_workspaces(connection)


async def _user(db: Database, email: str) -> UUID:
    async with db.connection() as connection:
        found: UUID | None = await fetch_value(connection, select(users.c.id).where(func.lower(users.c.email) == email))
    if found is None:
        raise UserNotFound(email)
    return found
