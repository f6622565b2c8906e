"""What there is to know of one's own account."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select

from armature.core.db import Database, fetch_one
from armature.metadata.account_tables import passkeys, totp_secrets
from armature.metadata.tables import users


@dataclass(frozen=True, slots=True)
class OwnAccount:
    user_id: UUID
    email: str
    is_email_verified: bool
    has_password: bool
    has_totp: bool
    has_passkeys: bool

    @property
    def has_second_factor(self) -> bool:
        return self.has_totp or self.has_passkeys


async def own_account(db: Database, user_id: UUID) -> OwnAccount:
    totp = exists().where(totp_secrets.c.user_id == users.c.id, totp_secrets.c.confirmed_at.is_not(None))
    wanted = select(
        users.c.id.label("user_id"),
        users.c.email,
        users.c.email_verified_at.is_not(None).label("is_email_verified"),
        users.c.password_hash.is_not(None).label("has_password"),
        totp.label("has_totp"),
        exists().where(passkeys.c.user_id == users.c.id).label("has_passkeys"),
    )
    async with db.connection() as connection:
        row = await fetch_one(connection, wanted.where(users.c.id == user_id))
    assert row is not None  # noqa: S101  who is signed in
    return OwnAccount(**row)
