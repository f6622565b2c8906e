"""Users: how they come, how they are recognised, and the workspaces they make."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from armature.core.db import Connection, Database, execute, fetch_one, fetch_value
from armature.core.errors import ArmatureError, Conflict, Unauthenticated
from armature.metadata.model import Snapshot
from armature.metadata.packs.registry import DEFAULT, pack_named
from armature.metadata.tables import users
from armature.migrations.workspace.create import add_workspace, create_workspace
from armature.server.auth.passwords import check_password, hash_password, is_password, needs_rehash
from armature.server.auth.texts import canonical_email, checked_name, raise_all


class EmailTaken(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "Somebody has signed up with this e-mail address.",
            hint="Sign in instead.",
            field="email",
            path=("email",),
        )


class SignInFailed(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


@dataclass(frozen=True, slots=True)
class Account:
    user_id: UUID
    snapshot: Snapshot


async def sign_up(
    db: Database, *, email: str, password: str, workspace_name: str, pack: str | None = DEFAULT
) -> Account:
    """A user with a workspace, both or neither. Raises EmailTaken, PackUnknown, or all that is wrong with the input."""
    email, workspace_name = _checked(email, password, workspace_name)
    changes = pack_named(pack)
    password_hash = await hash_password(password)
    async with db.transaction() as connection:
        user_id = await add_user(connection, email, password_hash)
        snapshot = await add_workspace(connection, workspace_name, owner=user_id, changes=changes)
    return Account(user_id, snapshot)


async def sign_in(db: Database, email: str, password: str) -> UUID:
    """The user's id. Raises SignInFailed, which tells not which of the two was wrong, nor does the time it takes."""
    found = None
    wanted = email.strip().lower()
    if "\0" not in wanted:  # which PostgreSQL can't even compare
        async with db.connection() as connection:
            found = await fetch_one(connection, select(users).where(func.lower(users.c.email) == wanted))
    if not await is_password(password, found["password_hash"] if found else None) or found is None:
        raise SignInFailed
    if needs_rehash(found["password_hash"]):
        password_hash = await hash_password(password)
        async with db.connection() as connection:
            await execute(
                connection, update(users).where(users.c.id == found["id"]).values(password_hash=password_hash)
            )
    user_id: UUID = found["id"]
    return user_id


async def open_workspace(db: Database, user_id: UUID, name: str, pack: str | None = DEFAULT) -> Snapshot:
    """A workspace of this user's own. Raises NameInvalid, PackUnknown."""
    name, changes = checked_name(name, "name"), pack_named(pack)
    return await create_workspace(db, name, owner=user_id, changes=changes)


def _checked(email: str, password: str, workspace_name: str) -> tuple[str, str]:
    errors: list[ArmatureError] = []
    for check in (
        lambda: canonical_email(email),
        lambda: check_password(password, email),
        lambda: checked_name(workspace_name, "workspaceName"),
    ):
        try:
            check()
        except ArmatureError as error:
            errors.append(error)
    raise_all(errors)
    return canonical_email(email), checked_name(workspace_name, "workspaceName")


async def add_user(connection: Connection, email: str, password_hash: str) -> UUID:
    """In the transaction of the caller; `email` is canonical. Raises EmailTaken."""
    row = {"id": uuid7(), "email": email, "password_hash": password_hash}
    added = insert(users).values(row).on_conflict_do_nothing().returning(users.c.id)
    user_id: UUID | None = await fetch_value(connection, added)
    if user_id is None:
        raise EmailTaken
    return user_id
