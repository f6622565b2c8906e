"""Invitations: by mail to one address, once; or by a link, for whoever has it until it expires or is revoked."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from uuid_utils.compat import uuid7

from armature.core.db import Connection, Database, execute, fetch_one, fetch_value
from armature.core.errors import BadUserInput, Forbidden, NotFound
from armature.core.notices import notify
from armature.core.secrets import is_token, new_token, token_hash
from armature.metadata.account_tables import invitations
from armature.metadata.tables import memberships, users, workspaces
from armature.server.auth import letters
from armature.server.auth.accounts import add_user, check_all
from armature.server.auth.attempts import MAIL_TO, Counted
from armature.server.auth.desk import Desk
from armature.server.auth.passwords import check_password
from armature.server.auth.roles import checked_role
from armature.server.auth.stolen_passwords import hash_of_new
from armature.server.auth.texts import canonical_email

PREFIX = "ari_"
USUAL, LONGEST = timedelta(days=7), timedelta(days=90)


class InvitationInvalid(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "This invitation is not valid any more: it was used, revoked, or is too old.",
            hint="Ask for a new one.",
            field="token",
            path=("token",),
        )


class InvitationOfOthers(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "This invitation is for another e-mail address.", hint="Sign in, or up, with the address it was sent to."
        )


class InvitationNotFound(NotFound):
    def __init__(self, invitation: str) -> None:
        super().__init__(f'There is no invitation "{invitation[:100]}".', path=("id",))


class InvitationTooLong(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            f"expiresAt must be in the future, and at most {LONGEST.days} days from now.",
            field="expiresAt",
            path=("expiresAt",),
        )


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """`token` is told to whoever invites for links only: one by mail is proof that its reader has the address."""

    id: UUID
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is to be invited; without an address, whoever has the link."""

    role: str
    email: str | None = None
    expires_at: datetime | None = None


async def invite(desk: Desk, workspace_id: UUID, wish: Wish, invited_by: UUID | None) -> NewInvitation:
    """Raises EmailInvalid, RoleUnknown, InvitationTooLong; NoMail, TooManyAttempts for an address."""
    email = None if wish.email is None else canonical_email(wish.email)
    row: dict[str, Any] = {
        "role": checked_role(wish.role),
        "email": email,
        "expires_at": _expiry(wish.expires_at),
    }
    if email is not None:
        desk.post.check()
        await desk.attempts.begin([Counted(MAIL_TO, f"{workspace_id} {email}")])
    made = NewInvitation(uuid7(), new_token(PREFIX))
    row |= {"id": made.id, "token_hash": token_hash(made.token)}
    async with desk.db.transaction() as connection:
        if email is not None:
            await _revoke(connection, workspace_id, invitations.c.email == email, invitations.c.accepted_at.is_(None))
        await execute(connection, insert(invitations).values(workspace_id=workspace_id, created_by=invited_by, **row))
        named = await fetch_one(connection, _NAMES.where(invitations.c.id == made.id))
    if email is not None and named is not None:
        url = desk.settings.public_url
        desk.post.send(letters.invitation(email, named["workspace"], named["inviter"], made.token, url))
    return made


async def revoke_invitation(db: Database, workspace_id: UUID, invitation: str) -> UUID:
    """Nobody joins with it from now on. Raises InvitationNotFound."""
    try:
        wanted = UUID(invitation)
    except ValueError:
        raise InvitationNotFound(invitation) from None
    async with db.transaction() as connection:
        if not await _revoke(connection, workspace_id, invitations.c.id == wanted):
            raise InvitationNotFound(invitation)
    return wanted


async def accept_invitation(db: Database, token: str, user_id: UUID) -> UUID:
    """The workspace that the user is a member of now. Raises InvitationInvalid, InvitationOfOthers."""
    async with db.transaction() as connection:
        found = await _valid(connection, token)
        email = await fetch_value(connection, select(users.c.email).where(users.c.id == user_id))
        return await _accept(connection, found, user_id, email)


async def sign_up_invited(desk: Desk, email: str, password: str, token: str) -> UUID:
    """A new user, member of the workspace that the invitation is for; one by mail proves the address.

    Raises InvitationInvalid, InvitationOfOthers, EmailTaken, or all that is wrong with the input.
    """
    check_all(lambda: canonical_email(email), lambda: check_password(password, email))
    password_hash = await hash_of_new(desk.settings, password)
    async with desk.db.transaction() as connection:
        found = await _valid(connection, token)
        is_proven = found["email"] is not None
        user_id = await add_user(connection, canonical_email(email), password_hash, is_verified=is_proven)
        await _accept(connection, found, user_id, canonical_email(email))
    return user_id


async def add_member(connection: Connection, workspace_id: UUID, user_id: UUID, role: str) -> None:
    """Who is a member already stays what they are."""
    row = {"user_id": user_id, "workspace_id": workspace_id, "role": role}
    await execute(connection, upsert(memberships).values(row).on_conflict_do_nothing())
    await notify(connection, {"identity": str(user_id)})


async def _valid(connection: Connection, token: str) -> Record:
    """Locked, so that one by mail is used once. Raises InvitationInvalid."""
    if not is_token(token, PREFIX):
        raise InvitationInvalid
    valid = (
        select(invitations)
        .join(workspaces, (workspaces.c.id == invitations.c.workspace_id) & workspaces.c.deleted_at.is_(None))
        .where(
            invitations.c.token_hash == token_hash(token),
            invitations.c.expires_at > func.now(),
            invitations.c.revoked_at.is_(None),
            invitations.c.accepted_at.is_(None),
        )
    )
    found = await fetch_one(connection, valid.with_for_update(of=invitations))
    if found is None:
        raise InvitationInvalid
    return found


async def _accept(connection: Connection, found: Record, user_id: UUID, email: str) -> UUID:
    workspace_id: UUID = found["workspace_id"]
    if found["email"] is not None:
        if found["email"] != email:
            raise InvitationOfOthers
        used = update(invitations).where(invitations.c.id == found["id"]).values(accepted_at=func.now())
        await execute(connection, used)
        unproven = (users.c.id == user_id, users.c.email_verified_at.is_(None))
        await execute(connection, update(users).where(*unproven).values(email_verified_at=func.now()))
    await add_member(connection, workspace_id, user_id, found["role"])
    return workspace_id


async def _revoke(connection: Connection, workspace_id: UUID, *which: object) -> bool:
    now = func.coalesce(invitations.c.revoked_at, func.now())
    those = update(invitations).where(invitations.c.workspace_id == workspace_id, *which)  # type: ignore[arg-type]
    return await fetch_value(connection, those.values(revoked_at=now).returning(invitations.c.id)) is not None


def _expiry(wanted: datetime | None) -> datetime:
    now = datetime.now(UTC)
    if wanted is None:
        return now + USUAL
    moment = wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC)
    if not now < moment <= now + LONGEST:
        raise InvitationTooLong
    return moment


_NAMES = (
    select(workspaces.c.name.label("workspace"), users.c.email.label("inviter"))
    .join_from(invitations, workspaces)
    .outerjoin(users, users.c.id == invitations.c.created_by)
)
