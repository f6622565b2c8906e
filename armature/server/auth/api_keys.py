"""API keys: a program's way into one workspace. The token is shown once; the catalog holds its hash."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType
from sqlalchemy import func, insert, or_, select, update
from uuid_utils.compat import uuid7

from armature.core.db import Database, execute, fetch_one
from armature.core.errors import BadUserInput, NotFound
from armature.core.notices import notify
from armature.core.secrets import new_token, token_hash
from armature.metadata.roles import ADMIN
from armature.metadata.store import current_version
from armature.metadata.tables import api_keys
from armature.server.auth.roles import known_role
from armature.server.auth.texts import checked_name

PREFIX = "arm_"
HINT_LENGTH = 4
LONGEST_OVERLAP = timedelta(days=30)
KEPT = (api_keys.c.name, api_keys.c.role, api_keys.c.rate_limit)
"""What a key has in common with the one that takes its place."""


class ApiKeyNotFound(NotFound):
    def __init__(self, key: str) -> None:
        super().__init__(f'There is no API key "{key[:100]}".', path=("id",))


class ExpiryUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__("expiresAt must be in the future.", field="expiresAt", path=("expiresAt",))


class OverlapUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            f"overlap must be 0 to {LONGEST_OVERLAP.total_seconds():.0f} seconds.", field="overlap", path=("overlap",)
        )


class RateLimitUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__("rateLimit must be 1 or more.", field="rateLimit", path=("rateLimit",))


@dataclass(frozen=True, slots=True)
class NewKey:
    token: str = field(repr=False)
    id: UUID


async def create_api_key(
    db: Database,
    workspace_id: UUID,
    name: str,
    role: str = ADMIN,
    expires_at: datetime | None = None,
    created_by: UUID | None = None,
    rate_limit: int | None = None,
) -> NewKey:
    """Raises BadUserInput, WorkspaceNotFound. `expires_at` without offset is UTC; `rate_limit` is points a minute."""
    token = new_token(PREFIX)
    key_id = uuid7()
    row: dict[str, Any] = {
        "id": key_id,
        "workspace_id": workspace_id,
        "name": checked_name(name, "name"),
        "token_hash": token_hash(token),
        "hint": token[-HINT_LENGTH:],
        "created_by": created_by,
        "expires_at": _expiry(expires_at),
        "rate_limit": None if rate_limit is None else _positive(rate_limit),
    }
    async with db.transaction() as connection:
        await current_version(connection, workspace_id)
        row["role"] = await known_role(connection, workspace_id, role)
        await execute(connection, insert(api_keys).values(row))
    return NewKey(token, key_id)


async def rotate_api_key(
    db: Database,
    workspace_id: UUID,
    key_id: UUID,
    overlap: timedelta,
    expires_at: datetime | UnsetType | None,
    made_by: UUID | None,
) -> NewKey:
    """A new key that may do the same, for as long as the old one was made for where nothing else is said; the old one
    works for the overlap, and no longer than it would have.

    Raises ApiKeyNotFound, for a key that is over as well; OverlapUnfit, ExpiryUnfit.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise OverlapUnfit
    mine = (api_keys.c.id == key_id, api_keys.c.workspace_id == workspace_id, api_keys.c.revoked_at.is_(None))
    alive = or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > func.now())
    lifetime = (api_keys.c.expires_at - api_keys.c.created_at).label("lifetime")
    ends = func.least(api_keys.c.expires_at, func.now() + overlap)  # nulls don't count
    async with db.transaction() as connection:
        old = await fetch_one(connection, select(*KEPT, lifetime).where(*mine, alive).with_for_update())
        if old is None:
            raise ApiKeyNotFound(str(key_id))
        await execute(connection, update(api_keys).where(*mine).values(expires_at=ends))
        token, new_id = new_token(PREFIX), uuid7()
        row = {
            **{each.name: old[each.name] for each in KEPT},
            "id": new_id,
            "workspace_id": workspace_id,
            "token_hash": token_hash(token),
            "hint": token[-HINT_LENGTH:],
            "created_by": made_by,
            "expires_at": _after(old["lifetime"]) if expires_at is UNSET else _expiry(expires_at),
        }
        await execute(connection, insert(api_keys).values(row))
        await notify(connection, {"identity": str(key_id)})
    return NewKey(token, new_id)


async def revoke_api_key(db: Database, workspace_id: UUID, key: str) -> UUID:
    """Nobody is let in with it from now on. Revoking twice changes nothing. Raises ApiKeyNotFound."""
    try:
        key_id = UUID(key)
    except ValueError:
        raise ApiKeyNotFound(key) from None
    mine = (api_keys.c.id == key_id, api_keys.c.workspace_id == workspace_id)
    revoked = update(api_keys).where(*mine).values(revoked_at=func.coalesce(api_keys.c.revoked_at, func.now()))
    async with db.transaction() as connection:
        if await fetch_one(connection, revoked.returning(api_keys.c.id)) is None:
            raise ApiKeyNotFound(key)
        await notify(connection, {"identity": str(key_id)})
    return key_id


def _positive(rate_limit: int) -> int:
    if rate_limit < 1:
        raise RateLimitUnfit
    return rate_limit


def _after(lifetime: timedelta | None) -> datetime | None:
    return None if lifetime is None else datetime.now(UTC) + lifetime


def _expiry(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    try:
        moment = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:  # the first and last day of the calendar, elsewhere
        raise ExpiryUnfit from None
    if moment <= datetime.now(UTC):
        raise ExpiryUnfit
    return moment
