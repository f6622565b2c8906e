"""What users do to their own password and e-mail address, signed in or with what a mail has brought them."""

from collections.abc import Callable
from uuid import UUID

import asyncpg
from asyncpg import Record
from sqlalchemy import delete, func, select, update

from armature.core.db import Connection, execute, fetch_one
from armature.core.errors import Unauthenticated
from armature.core.mail import Letter
from armature.core.notices import notify
from armature.metadata.account_tables import passkeys
from armature.metadata.tables import users
from armature.server.auth import letters
from armature.server.auth.accounts import EmailTaken
from armature.server.auth.attempts import ACCOUNT, MAIL_FROM, MAIL_TO, PAIR, Counted
from armature.server.auth.desk import Desk
from armature.server.auth.mailed_tokens import Proven, Purpose, forget_all, issue, redeem
from armature.server.auth.passwords import check_password, is_password
from armature.server.auth.second_factors import disable_totp
from armature.server.auth.sessions import revoke_others
from armature.server.auth.stolen_passwords import hash_of_new
from armature.server.auth.texts import canonical_email
from armature.server.auth.visit import Visit


class PasswordWrong(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The password is wrong.", field="password", path=("password",))


async def confirm_password(desk: Desk, user_id: UUID, password: str | None, visit: Visit) -> Record:
    """The user, who has a password and knows it, or has none. Raises PasswordWrong, TooManyAttempts."""
    async with desk.db.connection() as connection:
        user = await fetch_one(connection, select(users).where(users.c.id == user_id))
    assert user is not None  # noqa: S101  who is signed in
    if user["password_hash"] is None:
        return user
    counted = Counted(PAIR, f"{user['email']} {visit.network}")
    await desk.attempts.begin([counted])
    if not await is_password(password or "", user["password_hash"]):
        raise PasswordWrong
    await desk.attempts.forget(counted)
    return user


async def change_password(desk: Desk, user: Record, session_id: UUID, new_password: str) -> None:
    """Signed out everywhere else. Raises PasswordUnfit."""
    check_password(new_password, user["email"], "newPassword")
    password_hash = await hash_of_new(desk.settings, new_password, "newPassword")
    async with desk.db.transaction() as connection:
        await _set_password(connection, user["id"], password_hash, kept=session_id)
    if desk.post.can_send:
        desk.post.send(letters.password_changed(user["email"]))


async def send_verification(desk: Desk, user_id: UUID, email: str) -> None:
    """Where mail can be sent at all."""
    if desk.post.can_send:
        await _send(desk, user_id, "VERIFY_EMAIL", email, letters.verification)


async def ask_for_verification(desk: Desk, user_id: UUID, email: str, visit: Visit) -> None:
    """Raises NoMail, TooManyAttempts."""
    await _may_mail(desk, email, visit)
    await _send(desk, user_id, "VERIFY_EMAIL", email, letters.verification)


async def verify_email(desk: Desk, token: str) -> UUID:
    """The address is the user's, the new one they wanted too. Raises MailedTokenInvalid, EmailTaken."""
    async with desk.db.transaction() as connection:
        proven = await redeem(connection, token, "VERIFY_EMAIL", "NEW_EMAIL")
        before = await fetch_one(connection, select(users).where(users.c.id == proven.user_id).with_for_update())
        assert before is not None  # noqa: S101  the token would be gone with the user
        if proven.purpose == "VERIFY_EMAIL" and before["email"] != proven.email:
            return proven.user_id
        changed = update(users).where(users.c.id == proven.user_id)
        try:
            await execute(connection, changed.values(email=proven.email, email_verified_at=func.now()))
        except asyncpg.UniqueViolationError as error:
            raise EmailTaken from error
        await notify(connection, {"identity": str(proven.user_id)})
        if before["email"] != proven.email:
            await forget_all(connection, proven.user_id)
    if before["email"] != proven.email and desk.post.can_send:
        desk.post.send(letters.email_changed(before["email"], proven.email))
    return proven.user_id


async def ask_for_new_email(desk: Desk, user: Record, email: str, visit: Visit) -> None:
    """Nothing changes until the mail is read. Raises EmailInvalid, NoMail, TooManyAttempts."""
    email = canonical_email(email)
    await _may_mail(desk, email, visit)
    await _send(desk, user["id"], "NEW_EMAIL", email, letters.new_email)


async def ask_for_reset(desk: Desk, email: str, visit: Visit) -> None:
    """The same for everybody's address and nobody's: whether there is one is found out later, beside the request.

    Raises EmailInvalid, NoMail, TooManyAttempts.
    """
    email = canonical_email(email)
    await _may_mail(desk, email, visit)

    async def written() -> Letter | None:
        async with desk.db.transaction() as connection:
            user = await fetch_one(connection, select(users.c.id).where(func.lower(users.c.email) == email))
            if user is None:
                return None
            token = await issue(connection, user["id"], "RESET_PASSWORD", email)
        return letters.password_reset(email, token, desk.settings.public_url)

    desk.post.write(written)


async def reset_password(desk: Desk, token: str, password: str, visit: Visit) -> UUID:
    """The user, signed out everywhere; the second factor stays. Raises MailedTokenInvalid, PasswordUnfit."""
    check_password(password, "")
    password_hash = await hash_of_new(desk.settings, password)
    async with desk.db.transaction() as connection:
        proven = await redeem(connection, token, "RESET_PASSWORD")
        check_password(password, proven.email)
        await _claim(connection, proven)
        await _set_password(connection, proven.user_id, password_hash, kept=None)
    for each in (Counted(ACCOUNT, proven.email), Counted(PAIR, f"{proven.email} {visit.network}")):
        await desk.attempts.forget(each)
    return proven.user_id


async def _claim(connection: Connection, proven: Proven) -> None:
    """Whoever reads the mail owns the account: what somebody set up who never did is taken away."""
    mine = (users.c.id == proven.user_id, users.c.email == proven.email)
    unclaimed = await fetch_one(connection, select(users.c.id).where(*mine, users.c.email_verified_at.is_(None)))
    if unclaimed is not None:
        await disable_totp(connection, proven.user_id)
        await execute(connection, delete(passkeys).where(passkeys.c.user_id == proven.user_id))
        await execute(connection, update(users).where(*mine).values(email_verified_at=func.now()))


async def _set_password(connection: Connection, user_id: UUID, password_hash: str, kept: UUID | None) -> None:
    """Whatever else could let somebody in ends with it."""
    await execute(connection, update(users).where(users.c.id == user_id).values(password_hash=password_hash))
    await forget_all(connection, user_id)
    await revoke_others(connection, user_id, kept)


async def _may_mail(desk: Desk, email: str, visit: Visit) -> None:
    desk.post.check()
    await desk.attempts.begin([Counted(MAIL_TO, email), Counted(MAIL_FROM, visit.network)])


async def _send(
    desk: Desk, user_id: UUID, purpose: Purpose, email: str, letter: Callable[[str, str, str | None], Letter]
) -> None:
    async with desk.db.transaction() as connection:
        token = await issue(connection, user_id, purpose, email)
    desk.post.send(letter(email, token, desk.settings.public_url))
