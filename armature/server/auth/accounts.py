"""Users: how they come, how they are recognised, and the workspaces they make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from asyncpg import Record
from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from armature.core.db import Connection, Database, execute, fetch_one, fetch_value
from armature.core.errors import ArmatureError, Conflict, Unauthenticated
from armature.metadata.account_tables import sessions, totp_secrets
from armature.metadata.model import Snapshot
from armature.metadata.packs.registry import DEFAULT, pack_named
from armature.metadata.tables import users
from armature.migrations.workspace.create import add_workspace, create_workspace
from armature.server.auth.attempts import ACCOUNT, CODE, PAIR, PLACE, Counted
from armature.server.auth.desk import Desk
from armature.server.auth.passwords import check_password, hash_password, is_password, needs_rehash
from armature.server.auth.second_factors import CodeWrong, SecondFactorNeeded, use_code
from armature.server.auth.stolen_passwords import hash_of_new
from armature.server.auth.texts import canonical_email, checked_name, raise_all
from armature.server.auth.visit import NOWHERE, Visit


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
    email: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Credentials:
    email: str
    password: str = field(repr=False)
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Recognised:
    user_id: UUID
    has_second_factor: bool


async def sign_up(desk: Desk, *, email: str, password: str, workspace_name: str, pack: str | None = DEFAULT) -> Account:
    """A user with a workspace, both or neither. Raises EmailTaken, PackUnknown, or all that is wrong with the input."""
    check_all(
        lambda: canonical_email(email),
        lambda: check_password(password, email),
        lambda: checked_name(workspace_name, "workspaceName"),
    )
    changes = pack_named(pack)
    password_hash = await hash_of_new(desk.settings, password)
    async with desk.db.transaction() as connection:
        user_id = await add_user(connection, canonical_email(email), password_hash)
        name = checked_name(workspace_name, "workspaceName")
        snapshot = await add_workspace(connection, name, owner=user_id, changes=changes)
    return Account(user_id, canonical_email(email), snapshot)


async def sign_in(desk: Desk, given: Credentials, visit: Visit) -> Recognised:
    """Raises SignInFailed, which tells not what was wrong, nor does the time it takes; SecondFactorNeeded, CodeWrong
    once the password was right; TooManyAttempts.
    """
    email = given.email.strip().lower()
    found = await _user(desk.db, email, visit)
    counted = _counted(email, visit, is_known_place=found is not None and found["is_known_place"])
    await desk.attempts.begin(counted)
    if not await is_password(given.password, found["password_hash"] if found else None) or found is None:
        raise SignInFailed
    user_id: UUID = found["id"]
    await desk.attempts.forgive(counted)
    if found["has_totp"]:
        await check_code(desk, user_id, given.code)
    await desk.attempts.forget(counted[0])
    await _keep_up_to_date(desk.db, user_id, given.password, found["password_hash"])
    return Recognised(user_id, found["has_totp"])


async def check_code(desk: Desk, user_id: UUID, code: str | None) -> None:
    """Raises SecondFactorNeeded, CodeWrong, TooManyAttempts."""
    if not code:
        raise SecondFactorNeeded
    counted = Counted(CODE, str(user_id))
    await desk.attempts.begin([counted])
    async with desk.db.transaction() as connection:
        if not await use_code(connection, desk.sealing, user_id, code):
            raise CodeWrong
    await desk.attempts.forget(counted)


async def authenticate(db: Database, email: str, password: str) -> UUID:
    """The user's id, without counting attempts: for who has the database at hand. Raises SignInFailed."""
    found = await _user(db, email.strip().lower(), Visit())
    if not await is_password(password, found["password_hash"] if found else None) or found is None:
        raise SignInFailed
    user_id: UUID = found["id"]
    return user_id


async def open_workspace(db: Database, user_id: UUID, name: str, pack: str | None = DEFAULT) -> Snapshot:
    """A workspace of this user's own. Raises NameInvalid, PackUnknown."""
    name, changes = checked_name(name, "name"), pack_named(pack)
    return await create_workspace(db, name, owner=user_id, changes=changes)


def check_all(*checks: Callable[[], object]) -> None:
    """Raises what is wrong, all of it at once."""
    errors: list[ArmatureError] = []
    for check in checks:
        try:
            check()
        except ArmatureError as error:
            errors.append(error)
    raise_all(errors)


async def add_user(connection: Connection, email: str, password_hash: str | None, *, is_verified: bool = False) -> UUID:
    """In the transaction of the caller; `email` is canonical. Raises EmailTaken."""
    verified_at = func.now() if is_verified else None
    row = {"id": uuid7(), "email": email, "password_hash": password_hash, "email_verified_at": verified_at}
    added = insert(users).values(row).on_conflict_do_nothing().returning(users.c.id)
    user_id: UUID | None = await fetch_value(connection, added)
    if user_id is None:
        raise EmailTaken
    return user_id


async def _user(db: Database, email: str, visit: Visit) -> Record | None:
    """One statement, whether there is such a user or not."""
    if "\0" in email:  # which PostgreSQL can't even compare
        return None
    here = exists().where(
        sessions.c.user_id == users.c.id, sessions.c.address == visit.address, sessions.c.address != NOWHERE
    )
    totp = exists().where(totp_secrets.c.user_id == users.c.id, totp_secrets.c.confirmed_at.is_not(None))
    wanted = select(users, here.label("is_known_place"), totp.label("has_totp")).where(
        func.lower(users.c.email) == email
    )
    async with db.connection() as connection:
        return await fetch_one(connection, wanted)


def _counted(email: str, visit: Visit, *, is_known_place: bool) -> Sequence[Counted]:
    """From where the user has signed in before, what others try elsewhere doesn't count."""
    pair, place = Counted(PAIR, f"{email} {visit.network}"), Counted(PLACE, visit.network)
    return (pair, place) if is_known_place else (pair, place, Counted(ACCOUNT, email))


async def _keep_up_to_date(db: Database, user_id: UUID, password: str, password_hash: str) -> None:
    """A hash with older parameters is replaced while the password is at hand."""
    if not needs_rehash(password_hash):
        return
    renewed = await hash_password(password)
    same = (users.c.id == user_id, users.c.password_hash == password_hash)
    async with db.connection() as connection:
        await execute(connection, update(users).where(*same).values(password_hash=renewed))
