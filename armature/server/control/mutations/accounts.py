"""Signing up and in, workspaces, API keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import strawberry
from strawberry import ID, Info

from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.packs.registry import DEFAULT
from armature.server.auth.accounts import open_workspace, sign_in, sign_up
from armature.server.auth.api_keys import create_api_key, revoke_api_key
from armature.server.auth.roles import ADMIN
from armature.server.auth.sessions import begin_session, rotate
from armature.server.control.account_types import (
    ApiKey,
    User,
    Workspace,
    api_key_of,
    present,
    user_of,
    workspace_of,
)
from armature.server.control.context import Context


def hidden(of: object) -> str:
    """The repr of what is not to be seen in logs and tracebacks."""
    return f"{type(of).__name__}(…)"


@strawberry.input
class SignUpInput:
    __repr__ = hidden
    email: str
    password: str = strawberry.field(description="8 to 200 characters.")
    workspace_name: str
    pack: str | None = strawberry.field(default=DEFAULT, description="What the workspace begins with; null: nothing.")


@strawberry.input
class SignInInput:
    __repr__ = hidden
    email: str
    password: str


@strawberry.input
class CreateWorkspaceInput:
    name: str
    pack: str | None = strawberry.field(default=DEFAULT, description="What the workspace begins with; null: nothing.")


@strawberry.input
class CreateApiKeyInput:
    name: str
    role: str = ADMIN
    expires_at: datetime | None = None


@strawberry.type(description="A user is signed in.")
class Session:
    __repr__ = hidden
    user_id: strawberry.Private[UUID]
    access_token: str = strawberry.field(description="To be sent as `Authorization: Bearer …`.")
    refresh_token: str = strawberry.field(description="For refreshTokens; good for one use.")
    expires_at: datetime = strawberry.field(description="When the access token does.")

    @strawberry.field
    async def user(self, info: Info[Context, None]) -> User:
        return user_of(present(await info.context.loaders.user.load(self.user_id)))

    @strawberry.field
    async def workspaces(self, info: Info[Context, None]) -> list[Workspace]:
        return [workspace_of(row) for row in await info.context.loaders.workspaces_of_user.load(self.user_id)]


@strawberry.type
class NewApiKey:
    __repr__ = hidden
    token: str = strawberry.field(description="Shown here and never again.")
    api_key: ApiKey


@strawberry.type
class AccountMutations:
    @strawberry.mutation
    async def sign_up(self, info: Info[Context, None], input: SignUpInput) -> Session:
        """A new user with a workspace of their own."""
        with at_input():
            account = await sign_up(
                info.context.db,
                email=input.email,
                password=input.password,
                workspace_name=input.workspace_name,
                pack=input.pack,
            )
        info.context.control.workspaces.put(account.snapshot)
        return await _signed_in(info.context, account.user_id)

    @strawberry.mutation
    async def sign_in(self, info: Info[Context, None], input: SignInInput) -> Session:
        return await _signed_in(info.context, await sign_in(info.context.db, input.email, input.password))

    @strawberry.mutation
    async def refresh_tokens(self, info: Info[Context, None], refresh_token: str) -> Session:
        """New tokens for a refresh token, which is good for one use."""
        lifetime = info.context.control.settings.refresh_token_lifetime
        user_id, next_token = await rotate(info.context.db, refresh_token, lifetime)
        return _session(info.context, user_id, next_token)

    @strawberry.mutation
    async def create_workspace(self, info: Info[Context, None], input: CreateWorkspaceInput) -> Workspace:
        """A workspace of the user's own."""
        user_id = info.context.user_id()
        with at_input():
            snapshot = await open_workspace(info.context.db, user_id, input.name, input.pack)
        info.context.control.workspaces.put(snapshot)
        info.context.control.identities.forget(user_id)
        return workspace_of(present(await info.context.loaders.workspace.load(snapshot.workspace_id)))

    @strawberry.mutation
    async def create_api_key(self, info: Info[Context, None], input: CreateApiKeyInput) -> NewApiKey:
        """A program's way into the workspace."""
        place = info.context.place()
        with at_input():
            new = await create_api_key(
                info.context.db, place.workspace_id, input.name, input.role, input.expires_at, place.user_id
            )
        row = present(await info.context.loaders.api_key.load(new.id))
        return NewApiKey(token=new.token, api_key=api_key_of(row))

    @strawberry.mutation
    async def revoke_api_key(self, info: Info[Context, None], id: ID) -> ApiKey:
        """Nobody is let in with it from now on."""
        key_id = await revoke_api_key(info.context.db, info.context.place().workspace_id, id)
        info.context.control.identities.forget(key_id)
        return api_key_of(present(await info.context.loaders.api_key.load(key_id)))


@contextmanager
def at_input() -> Iterator[None]:
    """What is wrong inside is wrong with the argument `input`."""
    try:
        yield
    except ArmatureError as error:
        for each in error.errors if isinstance(error, ManyErrors) else (error,):
            if each.path is not None:
                each.path = ("input", *each.path)
        raise


async def _signed_in(context: Context, user_id: UUID) -> Session:
    async with context.db.transaction() as connection:
        refresh_token = await begin_session(connection, user_id, context.control.settings.refresh_token_lifetime)
    return _session(context, user_id, refresh_token)


def _session(context: Context, user_id: UUID, refresh_token: str) -> Session:
    access_token, expires_at = context.control.tokens.issue(user_id)
    return Session(user_id=user_id, access_token=access_token, refresh_token=refresh_token, expires_at=expires_at)
