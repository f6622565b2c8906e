"""Who belongs where, as the catalog knows it: one statement each, compiled once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)

from armature.core.db import Connection, render
from armature.core.errors import Forbidden, Unauthenticated
from armature.core.secrets import is_token, token_hash
from armature.metadata.account_tables import sessions, workspace_settings
from armature.metadata.tables import api_keys, memberships, roles, users, workspaces
from armature.server.auth.api_keys import PREFIX


class ApiKeyUnknown(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("This API key is not known.", hint="createApiKey at /metadata makes one.")


class ApiKeyRevoked(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("This API key was revoked.", hint="createApiKey at /metadata makes a new one.")


class ApiKeyExpired(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("This API key has expired.", hint="createApiKey at /metadata makes a new one.")


class SessionEnded(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("This session has ended.", hint="Sign in again.")


class Barred(Forbidden):
    """The workspace is the caller's, but closed to them for a reason that somebody can do something about."""

    sentence: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.sentence, hint=self.advice)


class MembershipSuspended(Barred):
    sentence = "Your membership of this workspace is suspended."
    advice = "Its administrators can lift that."


class WorkspaceSuspended(Barred):
    sentence = "This workspace is suspended."
    advice = "Whoever runs this server can lift that."


class SecondFactorDemanded(Barred):
    sentence = "This workspace asks its members for a second factor, and you have signed in without one."
    advice = "Set one up at /metadata (beginTotp, beginPasskey), then sign in with it."


class WorkspaceOfOthers(Forbidden):
    """The same sentence whether there is such a workspace or not."""

    def __init__(self, workspace_id: UUID | str, whose: str) -> None:
        super().__init__(
            f"The workspace {str(workspace_id)[:100]}, which the header X-Workspace-Id names, is not {whose}.",
            field="X-Workspace-Id",
        )


@dataclass(frozen=True, slots=True)
class FoundKey:
    id: UUID
    workspace_id: UUID
    role: str
    name: str
    expires_at: datetime | None
    rate_limit: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A user's place in a workspace; `barred` is why they can't get in just now."""

    workspace_id: UUID
    role: str
    barred: type[Barred] | None
    rate_limit: int | None


@dataclass(frozen=True, slots=True)
class FoundUser:
    """`only_in` is the one workspace that the session leads to, where it leads to one only.

    `is_proven`: the address was verified by a mail, or by the provider that the workspace trusts in this session.
    """

    email: str
    is_proven: bool
    only_in: UUID | None
    standing: Standing | None


async def find_key(connection: Connection, token: str, wanted: UUID | None) -> FoundKey:
    """The key with this token. `wanted` is the workspace that the request names. Raises Unauthenticated, Forbidden."""
    if not is_token(token, PREFIX):
        raise ApiKeyUnknown
    row = await connection.fetchrow(_KEY.sql, *_KEY.arguments({"hash": token_hash(token)}))
    if row is None:
        raise ApiKeyUnknown
    if row["revoked_at"] is not None:
        raise ApiKeyRevoked
    if row["expires_at"] is not None and row["expires_at"] <= datetime.now(UTC):
        raise ApiKeyExpired
    if wanted is not None and wanted != row["workspace_id"]:
        raise WorkspaceOfOthers(wanted, "the API key's")
    if row["workspace_suspended_at"] is not None:
        raise WorkspaceSuspended
    return FoundKey(row["id"], row["workspace_id"], row["role"], row["name"], row["expires_at"], row["rate_limit"])


async def find_user(connection: Connection, user_id: UUID, session_id: UUID, wanted: UUID | None) -> FoundUser:
    """The user of a session that lives, and their place in the workspace `wanted`, or in their only one.

    Raises SessionEnded, WorkspaceOfOthers.
    """
    statement = _ONLY if wanted is None else _WANTED
    values = {"user": user_id, "session": session_id, "workspace": wanted}
    rows = await connection.fetch(statement.sql, *statement.arguments(values))
    if not rows:
        raise SessionEnded
    row = rows[0]
    if wanted is not None and row["workspace_id"] is None:
        raise WorkspaceOfOthers(wanted, "one of yours")
    is_clear = len(rows) == 1 and row["workspace_id"] is not None
    standing = _standing(row) if is_clear else None
    return FoundUser(row["email"], row["is_proven"], row["only_in"], standing)


def _standing(row: Record) -> Standing:
    return Standing(row["workspace_id"], row["role"], _barred(row), row["rate_limit"])


def _barred(row: Record) -> type[Barred] | None:
    if row["suspended_at"] is not None:
        return MembershipSuspended
    if row["workspace_suspended_at"] is not None:
        return WorkspaceSuspended
    # A provider of the workspace's own is for the workspace to trust.
    if row["requires_second_factor"] and not row["has_second_factor"] and row["only_in"] is None:
        return SecondFactorDemanded
    return None


def _limit_of_roles(of: Table) -> Any:
    """Several roles give what the most generous one gives, and no limit where one of them has none."""
    names = func.string_to_array(of.c.role, literal_column("' '"), type_=ARRAY(Text()))
    limit = cast(roles.c.grants.op("->>")(literal_column("'rate_limit'")), Integer())
    mine = (roles.c.workspace_id == of.c.workspace_id, roles.c.name == any_(names), roles.c.deleted_at.is_(None))
    lowest = case((func.count() == func.cardinality(names), func.max(limit)))
    return select(lowest).where(*mine, limit.is_not(None)).scalar_subquery()


_SUSPENDED = workspaces.c.suspended_at.label("workspace_suspended_at")
_LIVING = (memberships.c.workspace_id == workspaces.c.id) & workspaces.c.deleted_at.is_(None)
_THEIRS = memberships.join(workspaces, _LIVING).outerjoin(
    workspace_settings, workspace_settings.c.workspace_id == workspaces.c.id
)
_SESSION = (
    (sessions.c.user_id == users.c.id)
    & (sessions.c.id == bindparam("session", type_=Uuid()))
    & sessions.c.revoked_at.is_(None)
    & (sessions.c.expires_at > func.now())
)
_MINE = (memberships.c.user_id == users.c.id) & (
    sessions.c.workspace_id.is_(None) | (sessions.c.workspace_id == memberships.c.workspace_id)
)

_KEY = render(
    select(
        api_keys.c.id,
        api_keys.c.workspace_id,
        api_keys.c.role,
        api_keys.c.name,
        api_keys.c.expires_at,
        api_keys.c.revoked_at,
        func.least(api_keys.c.rate_limit, _limit_of_roles(api_keys)).label("rate_limit"),
        _SUSPENDED,
    )
    .join(workspaces, (workspaces.c.id == api_keys.c.workspace_id) & workspaces.c.deleted_at.is_(None))
    .where(api_keys.c.token_hash == bindparam("hash", type_=LargeBinary()))
)
_OF_USER = select(
    users.c.email,
    (users.c.email_verified_at.is_not(None) | sessions.c.workspace_id.is_not(None)).label("is_proven"),
    sessions.c.workspace_id.label("only_in"),
    sessions.c.has_second_factor,
    memberships.c.workspace_id,
    memberships.c.role,
    memberships.c.suspended_at,
    _SUSPENDED,
    workspace_settings.c.requires_second_factor,
    _limit_of_roles(memberships).label("rate_limit"),
).where(users.c.id == bindparam("user", type_=Uuid()))
_ACTIVE = memberships.c.suspended_at.is_(None)
_NAMED = memberships.c.workspace_id == bindparam("workspace", type_=Uuid())
_ONLY = render(_OF_USER.select_from(users.join(sessions, _SESSION).outerjoin(_THEIRS, _MINE & _ACTIVE)).limit(2))
_WANTED = render(_OF_USER.select_from(users.join(sessions, _SESSION).outerjoin(_THEIRS, _MINE & _NAMED)))
