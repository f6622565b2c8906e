"""An authenticator app for one's own account, and recovery codes."""

import strawberry
from strawberry import Info

from armature.server.auth.accounts import check_code
from armature.server.auth.credentials import confirm_password
from armature.server.auth.own_account import own_account
from armature.server.auth.renewal import check_strong
from armature.server.auth.second_factors import (
    begin_totp,
    confirm_totp,
    disable_totp,
    new_recovery_codes,
)
from armature.server.auth.sessions import strengthen
from armature.server.control.context import Context
from armature.server.control.mutations.at_input import at_input
from armature.server.control.session_types import hidden


@strawberry.input
class ConfirmedInput:
    """What proves that it is still the same user."""

    __repr__ = hidden
    password: str | None = strawberry.field(default=None, description="Where the account has one.")
    code: str | None = strawberry.field(default=None, description="Of the authenticator app, where there is one.")


@strawberry.type(description="For the authenticator app; not shown again.")
class NewTotp:
    __repr__ = hidden
    secret: str
    url: str = strawberry.field(description="What a QR code for the app shows.")


@strawberry.type
class SecondFactorMutations:
    @strawberry.mutation
    async def begin_totp(self, info: Info[Context, None], input: ConfirmedInput) -> NewTotp:
        """A secret for an authenticator app, which counts once confirmTotp has a code of it."""
        context, owner = info.context, info.context.owner()
        with at_input():
            user = await confirm_password(context.desk, owner.user_id, input.password, context.visit)
            own = await own_account(context.db, user["id"])
            await check_strong(context.desk, owner, own)
        async with context.db.transaction() as connection:
            begun = await begin_totp(connection, context.desk.sealing, own.user_id, own.email)
        return NewTotp(secret=begun.secret, url=begun.url)

    @strawberry.mutation
    async def confirm_totp(self, info: Info[Context, None], code: str) -> list[str]:
        """From now on signing in asks for a code. The recovery codes, each good once, are for when the app is lost."""
        context, owner = info.context, info.context.owner()
        await check_strong(context.desk, owner, await own_account(context.db, owner.user_id))
        async with context.db.transaction() as connection:
            codes = await confirm_totp(connection, context.desk.sealing, owner.user_id, code)
            await strengthen(connection, owner.user_id, owner.session_id)
        context.control.identities.forget(owner.user_id)
        return list(codes)

    @strawberry.mutation
    async def disable_totp(self, info: Info[Context, None], input: ConfirmedInput) -> bool:
        """Signing in asks for no code any more, and recovery codes are void."""
        context = info.context
        with at_input():
            user = await confirm_password(context.desk, context.owner().user_id, input.password, context.visit)
            await check_code(context.desk, user["id"], input.code)
        async with context.db.transaction() as connection:
            await disable_totp(connection, user["id"])
        return True

    @strawberry.mutation
    async def new_recovery_codes(self, info: Info[Context, None], input: ConfirmedInput) -> list[str]:
        """In the place of those there were."""
        context = info.context
        with at_input():
            user = await confirm_password(context.desk, context.owner().user_id, input.password, context.visit)
            await check_code(context.desk, user["id"], input.code)
        async with context.db.transaction() as connection:
            return list(await new_recovery_codes(connection, user["id"]))
