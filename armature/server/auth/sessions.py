"""Sessions, one for each sign-in, and their refresh tokens: each is good for one use, and the next takes its place.

A token that is used twice was stolen, or its thief was first: then the session is revoked, and its user has to sign in
again (RFC 9700, section 4.14.2). Every process hears of a revoked session by a notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from asyncpg import Record
from sqlalchemy import delete, func, insert, select, update
from uuid_utils.compat import uuid7

from armature.core.db import Connection, Database, execute, fetch, fetch_one, fetch_value
from armature.core.errors import NotFound, Unauthenticated
from armature.core.notices import notify
from armature.core.secrets import is_token, new_token, token_hash
from armature.metadata.account_tables import refresh_tokens, sessions
from armature.server.auth.visit import Visit

PREFIX = "arr_"

Method = Literal["PASSWORD", "PASSKEY", "PROVIDER"]


class RefreshTokenInvalid(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The refresh token is not valid any more.", hint="Sign in again.")


class SessionNotFound(NotFound):
    def __init__(self, session: str) -> None:
        super().__init__(f'You have no session "{session[:100]}".', path=("id",))


@dataclass(frozen=True, slots=True)
class Entry:
    """How somebody has come in; `workspace_id` where that is the only workspace this leads to."""

    method: Method
    visit: Visit
    has_second_factor: bool = False
    workspace_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in, and by which session."""

    user_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Opened:
    user_id: UUID
    session_id: UUID
    refresh_token: str = field(repr=False)
    only_in: UUID | None = None


async def begin_session(connection: Connection, user_id: UUID, entry: Entry, lifetime: int) -> Opened:
    """What has expired of the user's older ones is forgotten."""
    await execute(connection, delete(sessions).where(sessions.c.user_id == user_id, sessions.c.expires_at < func.now()))
    session_id, now = uuid7(), datetime.now(UTC)
    row = {
        "id": session_id,
        "user_id": user_id,
        "workspace_id": entry.workspace_id,
        "method": entry.method,
        "has_second_factor": entry.has_second_factor,
        "address": entry.visit.address,
        "user_agent": entry.visit.user_agent,
        "last_used_at": now,
        "expires_at": now + timedelta(seconds=lifetime),
    }
    await execute(connection, insert(sessions).values(row))
    return Opened(user_id, session_id, await _issue(connection, session_id), entry.workspace_id)


async def rotate(db: Database, token: str, lifetime: int) -> Opened:
    """The session, with the token that takes this one's place. Raises RefreshTokenInvalid."""
    rotated = await _rotated(db, token, lifetime) if is_token(token, PREFIX) else None
    if rotated is None:
        raise RefreshTokenInvalid
    return rotated


async def _rotated(db: Database, token: str, lifetime: int) -> Opened | None:
    """None where the token is no good: what must be revoked then, is committed."""
    async with db.transaction() as connection:
        found = await fetch_one(connection, _OF_TOKEN.where(refresh_tokens.c.token_hash == token_hash(token)))
        if found is None or found["revoked_at"] is not None or found["expires_at"] <= datetime.now(UTC):
            return None
        if found["used_at"] is not None:
            await revoke(connection, found["user_id"], sessions.c.id == found["id"])
            return None
        used = update(refresh_tokens).where(refresh_tokens.c.token_hash == token_hash(token))
        await execute(connection, used.values(used_at=func.now()))
        now = datetime.now(UTC)
        lives_on = {"last_used_at": now, "expires_at": now + timedelta(seconds=lifetime)}
        await execute(connection, update(sessions).where(sessions.c.id == found["id"]).values(lives_on))
        return Opened(found["user_id"], found["id"], await _issue(connection, found["id"]), found["workspace_id"])


_OF_TOKEN = (
    select(
        sessions.c.id,
        sessions.c.user_id,
        sessions.c.workspace_id,
        sessions.c.revoked_at,
        sessions.c.expires_at,
        refresh_tokens.c.used_at,
    )
    .join_from(refresh_tokens, sessions)
    .with_for_update()
)


async def strengthen(connection: Connection, user_id: UUID, session_id: UUID) -> None:
    """The user has shown a second factor in this session."""
    mine = (sessions.c.user_id == user_id, sessions.c.id == session_id)
    await execute(connection, update(sessions).where(*mine).values(has_second_factor=True))
    await notify(connection, {"identity": str(user_id)})


async def is_strong(db: Database, session_id: UUID) -> bool:
    """Whether a second factor was shown in this session."""
    async with db.connection() as connection:
        strong = select(sessions.c.has_second_factor).where(sessions.c.id == session_id)
        return bool(await fetch_value(connection, strong))


async def revoke_session(db: Database, user_id: UUID, session: str) -> UUID:
    """One of the user's own. Revoking twice changes nothing. Raises SessionNotFound."""
    try:
        session_id = UUID(session)
    except ValueError:
        raise SessionNotFound(session) from None
    async with db.transaction() as connection:
        if not await revoke(connection, user_id, sessions.c.id == session_id):
            raise SessionNotFound(session)
    return session_id


async def revoke_others(connection: Connection, user_id: UUID, kept: UUID | None) -> None:
    """All of the user's sessions but the one that is kept."""
    await revoke(connection, user_id, *(() if kept is None else (sessions.c.id != kept,)))


async def revoke(connection: Connection, user_id: UUID, *which: object) -> Sequence[UUID]:
    """Those of the user's sessions; every process hears of it when the transaction commits."""
    ended = func.coalesce(sessions.c.revoked_at, func.now())
    those = update(sessions).where(sessions.c.user_id == user_id, *which).values(revoked_at=ended)  # type: ignore[arg-type]
    rows = await fetch(connection, those.returning(sessions.c.id))
    if rows:
        await notify(connection, {"identity": str(user_id)})
    return [row["id"] for row in rows]


async def live_sessions(connection: Connection, user_id: UUID) -> list[Record]:
    """The newest use first."""
    live = select(sessions).where(
        sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > func.now()
    )
    return await fetch(connection, live.order_by(sessions.c.last_used_at.desc()))


async def _issue(connection: Connection, session_id: UUID) -> str:
    token = new_token(PREFIX)
    await execute(connection, insert(refresh_tokens).values(token_hash=token_hash(token), session_id=session_id))
    return token
