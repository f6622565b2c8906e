"""Who belongs where, as the catalog knows it: one statement each, compiled once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid, bindparam, select

from armature.core.db import Connection, render
from armature.core.errors import Forbidden, Unauthenticated
from armature.core.secrets import is_token, token_hash
from armature.metadata.tables import api_keys, memberships, users, workspaces
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


class UserUnknown(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The user of this access token does not exist any more.")


class WorkspaceOfOthers(Forbidden):
    """The same sentence whether there is such a workspace or not."""

    def __init__(self, workspace_id: UUID, whose: str) -> None:
        super().__init__(
            f"The workspace {workspace_id}, which the header X-Workspace-Id names, is not {whose}.",
            field="X-Workspace-Id",
        )


@dataclass(frozen=True, slots=True)
class FoundKey:
    id: UUID
    workspace_id: UUID
    role: str
    name: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Membership:
    workspace_id: UUID
    role: str
    email: str


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
    return FoundKey(row["id"], row["workspace_id"], row["role"], row["name"], row["expires_at"])


async def find_membership(connection: Connection, user_id: UUID, wanted: UUID | None) -> Membership | None:
    """The user's membership in the workspace `wanted`, or in the only one; None where there are several, or none.

    Raises UserUnknown, WorkspaceOfOthers.
    """
    statement = _ONLY if wanted is None else _WANTED
    rows = await connection.fetch(statement.sql, *statement.arguments({"user": user_id, "workspace": wanted}))
    if not rows:
        raise UserUnknown
    if wanted is not None and rows[0]["workspace_id"] is None:
        raise WorkspaceOfOthers(wanted, "one of yours")
    if len(rows) > 1 or rows[0]["workspace_id"] is None:
        return None
    return Membership(rows[0]["workspace_id"], rows[0]["role"], rows[0]["email"])


_LIVING = (memberships.c.workspace_id == workspaces.c.id) & workspaces.c.deleted_at.is_(None)
_THEIRS = memberships.join(workspaces, _LIVING)
_USER = bindparam("user", type_=Uuid())

_KEY = render(
    select(
        api_keys.c.id,
        api_keys.c.workspace_id,
        api_keys.c.role,
        api_keys.c.name,
        api_keys.c.expires_at,
        api_keys.c.revoked_at,
    )
    .join(workspaces, (workspaces.c.id == api_keys.c.workspace_id) & workspaces.c.deleted_at.is_(None))
    .where(api_keys.c.token_hash == bindparam("hash", type_=LargeBinary()))
)
_OF_USER = select(memberships.c.workspace_id, memberships.c.role, users.c.email).where(users.c.id == _USER)
_ONLY = render(_OF_USER.select_from(users.outerjoin(_THEIRS, memberships.c.user_id == users.c.id)).limit(2))
_WANTED = render(
    _OF_USER.select_from(
        users.outerjoin(
            _THEIRS,
            (memberships.c.user_id == users.c.id)
            & (memberships.c.workspace_id == bindparam("workspace", type_=Uuid())),
        )
    )
)
