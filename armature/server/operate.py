"""What operators do to workspaces from the command line, in the words of the catalog."""

from collections.abc import Sequence
from typing import TextIO
from uuid import UUID

from sqlalchemy import func, select

from armature.core.db import Database, fetch_value
from armature.core.errors import BadUserInput, NotFound
from armature.metadata.model import Snapshot
from armature.metadata.packs.registry import pack_named
from armature.metadata.tables import users
from armature.migrations.workspace.create import Workspace, create_workspace, list_workspaces
from armature.server.auth.texts import canonical_email, checked_name


class UserNotFound(NotFound):
    def __init__(self, email: str) -> None:
        super().__init__(f"Nobody has signed up as {email}.", hint="signUp at /metadata makes a user.")


class WorkspaceUnclear(BadUserInput):
    def __init__(self, known: int) -> None:
        there_are = f"There are {known:,} workspaces" if known else "There is no workspace"
        hint = (
            "Name one with --workspace; `armature workspace list` lists them."
            if known
            else "`armature workspace create` makes one."
        )
        super().__init__(f"{there_are}: it is not clear which one is meant.", hint=hint)


class FileUnreadable(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not text in UTF-8.")


async def make_workspace(db: Database, name: str, pack: str | None, owner: str | None) -> Snapshot:
    """Raises NameInvalid, PackUnknown, UserNotFound."""
    changes = pack_named(pack)
    user_id = None if owner is None else await _user(db, canonical_email(owner))
    return await create_workspace(db, checked_name(name, "name"), owner=user_id, changes=changes)


async def workspaces(db: Database) -> Sequence[Workspace]:
    async with db.connection() as connection:
        return await list_workspaces(connection)


async def chosen_workspace(db: Database, workspace_id: UUID | None) -> UUID:
    """The one with this id, or the only one there is. Raises WorkspaceUnclear."""
    if workspace_id is not None:
        return workspace_id
    known = await workspaces(db)
    if len(known) != 1:
        raise WorkspaceUnclear(len(known))
    return known[0].id


def read_text(file: TextIO) -> str:
    """Raises FileUnreadable."""
    try:
        return file.read()
    except UnicodeDecodeError as error:
        raise FileUnreadable(file.name) from error


async def _user(db: Database, email: str) -> UUID:
    async with db.connection() as connection:
        found: UUID | None = await fetch_value(connection, select(users.c.id).where(func.lower(users.c.email) == email))
    if found is None:
        raise UserNotFound(email)
    return found
