"""API keys."""

from datetime import datetime, timedelta
from uuid import UUID

import strawberry
from asyncpg import Record
from msgspec import UNSET as NOT_SAID
from strawberry import ID, UNSET, Info

from armature.metadata.roles import ADMIN
from armature.server.auth.api_keys import ApiKeyNotFound, create_api_key, revoke_api_key, rotate_api_key
from armature.server.control.account_types import ApiKey, api_key_of, present
from armature.server.control.context import Context
from armature.server.control.mutations.at_input import at_input
from armature.server.control.session_types import hidden


@strawberry.input
class CreateApiKeyInput:
    name: str
    role: str = ADMIN
    expires_at: datetime | None = None
    rate_limit: int | None = strawberry.field(
        default=None, description="Points a minute, instead of what the server gives everybody."
    )


@strawberry.input
class RotateApiKeyInput:
    id: ID
    overlap: int = strawberry.field(default=86_400, description="Seconds that the old key goes on working.")
    expires_at: datetime | None = strawberry.field(
        default=UNSET,
        description="Of the new key; null: never. Left out, it lives as long as the old one was made for.",
    )


@strawberry.type
class NewApiKey:
    __repr__ = hidden
    token: str = strawberry.field(description="Shown here and never again.")
    api_key: ApiKey


@strawberry.type
class KeyMutations:
    @strawberry.mutation
    async def create_api_key(self, info: Info[Context, None], input: CreateApiKeyInput) -> NewApiKey:
        """A program's way into the workspace."""
        place = info.context.place()
        with at_input():
            await info.context.check_gives(input.role)
            new = await create_api_key(
                info.context.db,
                place.workspace_id,
                input.name,
                input.role,
                input.expires_at,
                place.user_id,
                input.rate_limit,
            )
        row = present(await info.context.loaders.api_key.load(new.id))
        return NewApiKey(token=new.token, api_key=api_key_of(row))

    @strawberry.mutation
    async def rotate_api_key(self, info: Info[Context, None], input: RotateApiKeyInput) -> NewApiKey:
        """A key that may do the same, in the place of one that works for a while yet."""
        context, place = info.context, info.context.place()
        overlap = timedelta(seconds=input.overlap)
        with at_input():
            old = await _key(context, place.workspace_id, input.id)
            await context.check_gives(old["role"])
            expires_at = NOT_SAID if input.expires_at is UNSET else input.expires_at
            new = await rotate_api_key(context.db, place.workspace_id, old["id"], overlap, expires_at, place.user_id)
        context.control.identities.forget(old["id"])
        return NewApiKey(token=new.token, api_key=api_key_of(present(await context.loaders.api_key.load(new.id))))

    @strawberry.mutation
    async def revoke_api_key(self, info: Info[Context, None], id: ID) -> ApiKey:
        """Nobody is let in with it from now on."""
        key_id = await revoke_api_key(info.context.db, info.context.place().workspace_id, id)
        info.context.control.identities.forget(key_id)
        return api_key_of(present(await info.context.loaders.api_key.load(key_id)))


async def _key(context: Context, workspace_id: UUID, key: str) -> Record:
    """Raises ApiKeyNotFound."""
    try:
        found = await context.loaders.api_key.load(UUID(key))
    except ValueError:
        raise ApiKeyNotFound(key) from None
    if found is None or found["workspace_id"] != workspace_id:
        raise ApiKeyNotFound(key)
    return found
