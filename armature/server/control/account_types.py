"""Users, workspaces, members and API keys, as the control plane shows them: rows of the catalog."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from asyncpg import Record
from strawberry import ID, Info

from armature.server.control.context import Context

T = TypeVar("T")


@strawberry.type(description="Somebody who can sign in.")
class User:
    id: ID
    email: str
    created_at: datetime


@strawberry.type(description="A user's place in a workspace.")
class Member:
    row: strawberry.Private[Record]
    role: str
    created_at: datetime
    suspended_at: datetime | None = strawberry.field(description="Kept out since then.")

    @strawberry.field
    async def user(self, info: Info[Context, None]) -> User:
        return user_of(present(await info.context.loaders.user.load(self.row["user_id"])))


@strawberry.type(description="A program's way into a workspace. Its token is shown once, when it is created.")
class ApiKey:
    row: strawberry.Private[Record]
    id: ID
    name: str
    role: str
    hint: str = strawberry.field(description="The last characters of the token.")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = strawberry.field(description="To within a minute.")
    rate_limit: int | None = strawberry.field(description="Points a minute; null: what the server gives everybody.")

    @strawberry.field
    async def workspace(self, info: Info[Context, None]) -> "Workspace":
        return workspace_of(present(await info.context.loaders.workspace.load(self.row["workspace_id"])))

    @strawberry.field
    async def created_by(self, info: Info[Context, None]) -> User | None:
        """Null for a key made by another key, or on the command line."""
        user_id = self.row["created_by"]
        return None if user_id is None else user_of(present(await info.context.loaders.user.load(user_id)))


@strawberry.type(description="Something that is switched on, or off, for a workspace.")
class Feature:
    name: str
    is_on: bool


@strawberry.type(description="A model of its own, with its records.")
class Workspace:
    row: strawberry.Private[Record]
    id: ID
    name: str
    version: int = strawberry.field(description="Of its model: each change counts one up.")
    created_at: datetime

    @strawberry.field
    async def members(self, info: Info[Context, None]) -> list[Member]:
        info.context.check_here(self.row["id"])
        rows = await info.context.listed(await info.context.loaders.members_of_workspace.load(self.row["id"]))
        return [_member(row) for row in rows]

    @strawberry.field
    async def requires_second_factor(self, info: Info[Context, None]) -> bool:
        """Whether members must sign in with an authenticator app or a passkey."""
        found = await info.context.loaders.settings_of_workspace.load(self.row["id"])
        return found is not None and bool(found["requires_second_factor"])

    @strawberry.field
    async def cors_origins(self, info: Info[Context, None]) -> list[str]:
        """Origins whose pages may call for this workspace."""
        found = await info.context.loaders.settings_of_workspace.load(self.row["id"])
        return [] if found is None else list(found["cors_origins"])

    @strawberry.field
    async def audit_retention_days(self, info: Info[Context, None]) -> int | None:
        """How long entries of the audit log are kept; null: for ever."""
        found = await info.context.loaders.settings_of_workspace.load(self.row["id"])
        return None if found is None else found["audit_retention_days"]

    @strawberry.field
    async def features(self, info: Info[Context, None]) -> list[Feature]:
        """What is switched on or off, by name."""
        found = await info.context.loaders.settings_of_workspace.load(self.row["id"])
        known = {} if found is None else found["features"]
        return [Feature(name=name, is_on=is_on) for name, is_on in sorted(known.items())]

    @strawberry.field
    async def api_keys(self, info: Info[Context, None]) -> list[ApiKey]:
        """Also those that expired or were revoked."""
        info.context.check_here(self.row["id"])
        return await api_keys_of(info.context, self.row["id"])


def user_of(row: Record) -> User:
    return User(**_columns(row, "id", "email", "created_at"))


def workspace_of(row: Record) -> Workspace:
    return Workspace(row=row, **_columns(row, "id", "name", "version", "created_at"))


def api_key_of(row: Record) -> ApiKey:
    names = ("id", "name", "role", "hint", "created_at", "expires_at", "revoked_at", "last_used_at", "rate_limit")
    return ApiKey(row=row, **_columns(row, *names))


async def api_keys_of(context: Context, workspace_id: UUID) -> list[ApiKey]:
    rows = await context.listed(await context.loaders.api_keys_of_workspace.load(workspace_id))
    return [api_key_of(row) for row in rows]


async def member_of(context: Context, workspace_id: UUID, user_id: UUID) -> Member:
    rows = await context.loaders.members_of_workspace.load(workspace_id)
    return next(_member(row) for row in rows if row["user_id"] == user_id)


def _member(row: Record) -> Member:
    return Member(row=row, **_columns(row, "role", "created_at", "suspended_at"))


def _columns(row: Record, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def present(found: T | None) -> T:
    """What a foreign key refers to."""
    assert found is not None  # noqa: S101  the catalog would not let it go
    return found
