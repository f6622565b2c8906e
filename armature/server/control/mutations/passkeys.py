"""Passkeys of one's own account, and signing in with one."""

import strawberry
from strawberry import ID, Info
from strawberry.scalars import JSON

from armature.server.auth.own_account import OwnAccount, own_account
from armature.server.auth.passkeys import (
    add_passkey,
    begin_passkey,
    begin_sign_in,
    remove_passkey,
    sign_in_with_passkey,
)
from armature.server.auth.renewal import check_strong, confirm_both
from armature.server.auth.sessions import Entry, strengthen
from armature.server.control.context import Context
from armature.server.control.mutations.at_input import at_input
from armature.server.control.mutations.second_factors import ConfirmedInput
from armature.server.control.session_types import Account, Session, account_of, hidden, signed_in


@strawberry.type(description="For the browser, which is to answer within ten minutes.")
class PasskeyChallenge:
    __repr__ = hidden
    challenge: str = strawberry.field(description="To be sent back with the browser's answer.")
    options: JSON = strawberry.field(description="For parseCreationOptionsFromJSON or parseRequestOptionsFromJSON.")


@strawberry.input
class AddPasskeyInput:
    __repr__ = hidden
    name: str = strawberry.field(description="Such as the name of the device.")
    challenge: str
    credential: JSON = strawberry.field(description="The browser's answer, by its toJSON().")


@strawberry.input
class SignInWithPasskeyInput:
    __repr__ = hidden
    challenge: str
    credential: JSON = strawberry.field(description="The browser's answer, by its toJSON().")


@strawberry.type
class PasskeyMutations:
    @strawberry.mutation
    async def begin_passkey(self, info: Info[Context, None], input: ConfirmedInput) -> PasskeyChallenge:
        """What navigator.credentials.create() needs."""
        context = info.context
        with at_input():
            own = await _confirmed(context, input)
        begun = await begin_passkey(context.desk, own.user_id, own.email)
        return PasskeyChallenge(challenge=begun.challenge, options=begun.options)

    @strawberry.mutation
    async def add_passkey(self, info: Info[Context, None], input: AddPasskeyInput) -> Account:
        """The browser's answer to beginPasskey. From now on signInWithPasskey takes it."""
        context, owner = info.context, info.context.owner()
        await check_strong(context.desk, owner, await own_account(context.db, owner.user_id))
        with at_input():
            await add_passkey(context.desk, owner.user_id, input.name, input.challenge, input.credential)
        async with context.db.transaction() as connection:
            await strengthen(connection, owner.user_id, owner.session_id)
        context.control.identities.forget(owner.user_id)
        return account_of(await own_account(context.db, owner.user_id))

    @strawberry.mutation
    async def remove_passkey(self, info: Info[Context, None], id: ID, input: ConfirmedInput) -> Account:
        """Nobody signs in with it from now on."""
        context = info.context
        with at_input():
            own = await _confirmed(context, input)
        await remove_passkey(context.db, own.user_id, id)
        return account_of(await own_account(context.db, own.user_id))

    @strawberry.mutation
    async def begin_passkey_sign_in(self, info: Info[Context, None]) -> PasskeyChallenge:
        """What navigator.credentials.get() needs."""
        begun = await begin_sign_in(info.context.desk, info.context.visit)
        return PasskeyChallenge(challenge=begun.challenge, options=begun.options)

    @strawberry.mutation
    async def sign_in_with_passkey(self, info: Info[Context, None], input: SignInWithPasskeyInput) -> Session:
        """The browser's answer to beginPasskeySignIn. A passkey is two factors by itself."""
        context = info.context
        with at_input():
            user_id = await sign_in_with_passkey(context.desk, input.challenge, input.credential, context.visit)
        return await signed_in(context, user_id, Entry("PASSKEY", context.visit, has_second_factor=True))


async def _confirmed(context: Context, given: ConfirmedInput) -> OwnAccount:
    """A passkey is as good as password and second factor together, so it takes both."""
    return await confirm_both(context.desk, context.owner(), given.password, given.code, context.visit)
