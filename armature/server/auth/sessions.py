"""Refresh tokens: each is good for one use, and the next of its family takes its place.

A token that is used twice was stolen, or its thief was first: then the whole family is revoked, and its user has to
sign in again (RFC 9700, section 4.14.2).
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from uuid_utils.compat import uuid7

from armature.core.db import Connection, Database, execute, fetch_one
from armature.core.errors import Unauthenticated
from armature.core.secrets import is_token, new_token, token_hash
from armature.metadata.tables import sessions

PREFIX = "arr_"


class RefreshTokenInvalid(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The refresh token is not valid any more.", hint="Sign in again.")


async def begin_session(connection: Connection, user_id: UUID, lifetime: int) -> str:
    """The first refresh token of a new family. What has expired of the user's older ones is forgotten."""
    await execute(connection, delete(sessions).where(sessions.c.user_id == user_id, sessions.c.expires_at < func.now()))
    return await _issue(connection, user_id, uuid7(), lifetime)


async def rotate(db: Database, token: str, lifetime: int) -> tuple[UUID, str]:
    """The user, and the token that takes this one's place. Raises RefreshTokenInvalid."""
    rotated = await _rotated(db, token, lifetime) if is_token(token, PREFIX) else None
    if rotated is None:
        raise RefreshTokenInvalid
    return rotated


async def _rotated(db: Database, token: str, lifetime: int) -> tuple[UUID, str] | None:
    """None where the token is no good: what must be revoked then, is committed."""
    async with db.transaction() as connection:
        found = await fetch_one(
            connection, select(sessions).where(sessions.c.token_hash == token_hash(token)).with_for_update()
        )
        if found is None or found["revoked_at"] is not None or found["expires_at"] <= datetime.now(UTC):
            return None
        if found["rotated_at"] is not None:
            await _revoke(connection, found["family_id"])
            return None
        await execute(connection, update(sessions).where(sessions.c.id == found["id"]).values(rotated_at=func.now()))
        return found["user_id"], await _issue(connection, found["user_id"], found["family_id"], lifetime)


async def _issue(connection: Connection, user_id: UUID, family_id: UUID, lifetime: int) -> str:
    token = new_token(PREFIX)
    row = {
        "id": uuid7(),
        "user_id": user_id,
        "family_id": family_id,
        "token_hash": token_hash(token),
        "expires_at": datetime.now(UTC) + timedelta(seconds=lifetime),
    }
    await execute(connection, insert(sessions).values(row))
    return token


async def _revoke(connection: Connection, family_id: UUID) -> None:
    await execute(connection, update(sessions).where(sessions.c.family_id == family_id).values(revoked_at=func.now()))
