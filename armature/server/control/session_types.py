"""What signing in answers, and what users see of their own account."""

from datetime import datetime
from uuid import UUID

import strawberry
from asyncpg import Record
from strawberry import ID, Info

from armature.server.auth.own_account import OwnAccount
from armature.server.auth.passkeys import passkeys_of
from armature.server.auth.sessions import Entry, Opened, begin_session, live_sessions
from armature.server.control.account_types import User, Workspace, present, user_of, workspace_of
from armature.server.control.context import Context
from armature.server.cookies import Tokens


def hidden(of: object) -> str:
    """The repr of what is not to be seen in logs and tracebacks."""
    return f"{type(of).__name__}(…)"


@strawberry.type(description="A user is signed in.")
class Session:
    __repr__ = hidden
    user_id: strawberry.Private[UUID]
    only_in: strawberry.Private[UUID | None]
    access_token: str | None = strawberry.field(
        description="To be sent as `Authorization: Bearer …`. Null where it is in a cookie."
    )
    refresh_token: str | None = strawberry.field(
        description="For refreshTokens; good for one use. Null where it is in a cookie."
    )
    expires_at: datetime = strawberry.field(description="When the access token does.")

    @strawberry.field
    async def user(self, info: Info[Context, None]) -> User:
        return user_of(present(await info.context.loaders.user.load(self.user_id)))

    @strawberry.field
    async def workspaces(self, info: Info[Context, None]) -> list[Workspace]:
        """Those that the session leads to."""
        rows = await info.context.loaders.workspaces_of_user.load(self.user_id)
        return [workspace_of(row) for row in rows if self.only_in in (None, row["id"])]


@strawberry.type(description="A sign-in that has not ended.")
class ActiveSession:
    id: ID
    is_current: bool = strawberry.field(description="The one that asks.")
    method: str = strawberry.field(description="PASSWORD, PASSKEY or PROVIDER.")
    has_second_factor: bool
    address: str | None = strawberry.field(description="From where it began.")
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime = strawberry.field(description="When its tokens were last refreshed.")
    expires_at: datetime


@strawberry.type(description="A key in one of the user's devices.")
class Passkey:
    id: ID
    name: str
    created_at: datetime
    last_used_at: datetime | None


@strawberry.type(description="The caller's own account.")
class Account:
    own: strawberry.Private[OwnAccount]
    is_email_verified: bool
    has_password: bool
    has_totp: bool = strawberry.field(description="An authenticator app is asked for when signing in.")

    @strawberry.field
    async def user(self, info: Info[Context, None]) -> User:
        return user_of(present(await info.context.loaders.user.load(self.own.user_id)))

    @strawberry.field
    async def passkeys(self, info: Info[Context, None]) -> list[Passkey]:
        """The oldest first."""
        rows = await info.context.listed(await passkeys_of(info.context.db, self.own.user_id))
        return [Passkey(**row) for row in rows]

    @strawberry.field
    async def sessions(self, info: Info[Context, None]) -> list[ActiveSession]:
        """The newest use first."""
        async with info.context.db.connection() as connection:
            rows = await info.context.listed(await live_sessions(connection, self.own.user_id))
        return [_active(row, info.context.identity().session_id) for row in rows]


def account_of(own: OwnAccount) -> Account:
    return Account(
        own=own, is_email_verified=own.is_email_verified, has_password=own.has_password, has_totp=own.has_totp
    )


async def signed_in(context: Context, user_id: UUID, entry: Entry) -> Session:
    lifetime = context.control.settings.refresh_token_lifetime
    async with context.db.transaction() as connection:
        opened = await begin_session(connection, user_id, entry, lifetime)
    return session_of(context, opened)


def session_of(context: Context, opened: Opened) -> Session:
    access_token, expires_at = context.control.tokens.issue(opened.user_id, opened.session_id)
    if context.visitor.wants_cookies:
        tokens = Tokens(access_token, opened.refresh_token)
        context.visitor.answer_headers.extend(context.control.cookies.setting(tokens))
        return Session(
            user_id=opened.user_id,
            only_in=opened.only_in,
            access_token=None,
            refresh_token=None,
            expires_at=expires_at,
        )
    return Session(
        user_id=opened.user_id,
        only_in=opened.only_in,
        access_token=access_token,
        refresh_token=opened.refresh_token,
        expires_at=expires_at,
    )


def _active(row: Record, current: UUID | None) -> ActiveSession:
    names = ("id", "method", "has_second_factor", "address", "user_agent", "created_at", "last_used_at", "expires_at")
    return ActiveSession(is_current=row["id"] == current, **{name: row[name] for name in names})
