"""API keys."""

from datetime import datetime

import strawberry
from strawberry import ID, Info

from armature.metadata.roles import ADMIN
from armature.server.auth.api_keys import create_api_key, revoke_api_key
from armature.server.control.account_types import ApiKey, api_key_of, present
from armature.server.control.context import Context
from armature.server.control.mutations.at_input import at_input
from armature.server.control.session_types import hidden


@strawberry.input
class CreateApiKeyInput:
    name: str
    role: str = ADMIN
    expires_at: datetime | None = None


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
