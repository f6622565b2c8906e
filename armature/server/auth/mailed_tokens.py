"""Tokens that prove who reads the mail of an address: each for one purpose, once, for some time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, func, insert, or_

from armature.core.db import Connection, execute, fetch_one
from armature.core.errors import BadUserInput
from armature.core.secrets import is_token, new_token, token_hash
from armature.metadata.account_tables import mailed_tokens

PREFIX = "arv_"

Purpose = Literal["VERIFY_EMAIL", "NEW_EMAIL", "RESET_PASSWORD"]

LIFETIMES = {
    "VERIFY_EMAIL": timedelta(days=3),
    "NEW_EMAIL": timedelta(hours=2),
    "RESET_PASSWORD": timedelta(minutes=30),
}


class MailedTokenInvalid(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "This token is not valid any more: it was used, or is too old, or is for something else.",
            hint="Ask for a new mail.",
            field="token",
            path=("token",),
        )


@dataclass(frozen=True, slots=True)
class Proven:
    """This user reads the mail of this address."""

    user_id: UUID
    purpose: str
    email: str


async def issue(connection: Connection, user_id: UUID, purpose: Purpose, email: str) -> str:
    """In the place of earlier ones for the same purpose."""
    theirs = (mailed_tokens.c.user_id == user_id, mailed_tokens.c.purpose == purpose)
    await execute(connection, delete(mailed_tokens).where(*theirs))
    token = new_token(PREFIX)
    row = {
        "token_hash": token_hash(token),
        "user_id": user_id,
        "purpose": purpose,
        "email": email,
        "expires_at": datetime.now(UTC) + LIFETIMES[purpose],
    }
    await execute(connection, insert(mailed_tokens).values(row))
    return token


async def redeem(connection: Connection, token: str, *purposes: Purpose) -> Proven:
    """Used up when the transaction commits. Raises MailedTokenInvalid."""
    if not is_token(token, PREFIX):
        raise MailedTokenInvalid
    used = delete(mailed_tokens).where(
        mailed_tokens.c.token_hash == token_hash(token),
        or_(*(mailed_tokens.c.purpose == each for each in purposes)),
        mailed_tokens.c.expires_at > func.now(),
    )
    row = await fetch_one(connection, used.returning(mailed_tokens))
    if row is None:
        raise MailedTokenInvalid
    return Proven(row["user_id"], row["purpose"], row["email"])


async def forget_all(connection: Connection, user_id: UUID) -> None:
    await execute(connection, delete(mailed_tokens).where(mailed_tokens.c.user_id == user_id))
