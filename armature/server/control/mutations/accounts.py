"""Signing up, in and out; one's own password, e-mail address and sessions."""

from uuid import UUID

import strawberry
from strawberry import ID, Info

from armature.metadata.packs.registry import DEFAULT
from armature.server.auth.accounts import Credentials, sign_in, sign_up
from armature.server.auth.credentials import (
    ask_for_new_email,
    ask_for_reset,
    ask_for_verification,
    change_password,
    confirm_password,
    reset_password,
    send_verification,
    verify_email,
)
from armature.server.auth.farewell import delete_account
from armature.server.auth.invitations import InvitationInvalid, sign_up_invited
from armature.server.auth.own_account import own_account
from armature.server.auth.renewal import confirm_both
from armature.server.auth.sessions import Entry, revoke_others, revoke_session, rotate
from armature.server.control.account_types import User, present, user_of
from armature.server.control.context import Context
from armature.server.control.mutations.at_input import at_input
from armature.server.control.mutations.second_factors import ConfirmedInput
from armature.server.control.session_types import Account, Session, account_of, hidden, session_of, signed_in


@strawberry.input
class SignUpInput:
    __repr__ = hidden
    email: str
    password: str = strawberry.field(description="8 to 200 characters.")
    workspace_name: str | None = strawberry.field(default=None, description="For a workspace of one's own.")
    invitation: str | None = strawberry.field(default=None, description="A token: for the workspace that it leads to.")
    pack: str | None = strawberry.field(default=DEFAULT, description="What the workspace begins with; null: nothing.")


@strawberry.input
class SignInInput:
    __repr__ = hidden
    email: str
    password: str
    code: str | None = strawberry.field(default=None, description="Of the authenticator app, or a recovery code.")


@strawberry.input
class ResetPasswordInput:
    __repr__ = hidden
    token: str
    password: str


@strawberry.input
class ChangePasswordInput:
    __repr__ = hidden
    new_password: str
    password: str | None = strawberry.field(default=None, description="The one there is, where there is one.")


@strawberry.input
class ChangeEmailInput:
    __repr__ = hidden
    email: str
    password: str | None = strawberry.field(default=None, description="Where the account has one.")


@strawberry.type
class AccountMutations:
    @strawberry.mutation
    async def sign_up(self, info: Info[Context, None], input: SignUpInput) -> Session:
        """A new user with a workspace of their own, or in the one they are invited to."""
        context = info.context
        if input.invitation is not None:
            with at_input():
                user_id = await _join(context, input, input.invitation)
            return await signed_in(context, user_id, Entry("PASSWORD", context.visit))
        with at_input():
            account = await sign_up(
                context.desk,
                email=input.email,
                password=input.password,
                workspace_name=input.workspace_name or "",
                pack=input.pack,
            )
        context.control.workspaces.put(account.snapshot)
        await send_verification(context.desk, account.user_id, account.email)
        return await signed_in(context, account.user_id, Entry("PASSWORD", context.visit))

    @strawberry.mutation
    async def sign_in(self, info: Info[Context, None], input: SignInInput) -> Session:
        """By password, and with the second factor where the account has one."""
        context = info.context
        with at_input():
            found = await sign_in(context.desk, Credentials(input.email, input.password, input.code), context.visit)
        return await signed_in(context, found.user_id, Entry("PASSWORD", context.visit, found.has_second_factor))

    @strawberry.mutation
    async def refresh_tokens(self, info: Info[Context, None], refresh_token: str | None = None) -> Session:
        """New tokens for a refresh token, which is good for one use; without one, for that of the cookie."""
        given = refresh_token if refresh_token is not None else info.context.visitor.refresh_cookie
        lifetime = info.context.control.settings.refresh_token_lifetime
        return session_of(info.context, await rotate(info.context.db, given or "", lifetime))

    @strawberry.mutation
    async def sign_out(self, info: Info[Context, None]) -> bool:
        """Ends the session of the access token, with all its tokens."""
        context = info.context
        user_id = context.user_id()
        await revoke_session(context.db, user_id, str(context.identity().session_id))
        context.control.identities.forget(user_id)
        context.visitor.answer_headers.extend(context.control.cookies.clearing())
        return True

    @strawberry.mutation
    async def revoke_session(self, info: Info[Context, None], id: ID) -> ID:
        """Ends one of one's own sessions."""
        user_id = info.context.owner().user_id
        session_id = await revoke_session(info.context.db, user_id, id)
        info.context.control.identities.forget(user_id)
        return ID(str(session_id))

    @strawberry.mutation
    async def revoke_other_sessions(self, info: Info[Context, None]) -> bool:
        """Ends all of one's own sessions but this one."""
        owner = info.context.owner()
        async with info.context.db.transaction() as connection:
            await revoke_others(connection, owner.user_id, owner.session_id)
        info.context.control.identities.forget(owner.user_id)
        return True

    @strawberry.mutation
    async def request_email_verification(self, info: Info[Context, None]) -> bool:
        """Sends the mail again that confirms one's address."""
        own = await own_account(info.context.db, info.context.owner().user_id)
        if not own.is_email_verified:
            await ask_for_verification(info.context.desk, own.user_id, own.email, info.context.visit)
        return True

    @strawberry.mutation
    async def verify_email(self, info: Info[Context, None], token: str) -> User:
        """With the token of a mail: the address it was sent to is the user's."""
        user_id = await verify_email(info.context.desk, token)
        info.context.control.identities.forget(user_id)
        return user_of(present(await info.context.loaders.user.load(user_id)))

    @strawberry.mutation
    async def request_password_reset(self, info: Info[Context, None], email: str) -> bool:
        """Sends a mail where there is such an account; the answer is the same where there is none."""
        await ask_for_reset(info.context.desk, email, info.context.visit)
        return True

    @strawberry.mutation
    async def reset_password(self, info: Info[Context, None], input: ResetPasswordInput) -> bool:
        """With the token of a mail. All sessions end; sign in with the new password."""
        with at_input():
            user_id = await reset_password(info.context.desk, input.token, input.password, info.context.visit)
        info.context.control.identities.forget(user_id)
        return True

    @strawberry.mutation
    async def change_password(self, info: Info[Context, None], input: ChangePasswordInput) -> bool:
        """All other sessions end."""
        context, owner = info.context, info.context.owner()
        with at_input():
            user = await confirm_password(context.desk, owner.user_id, input.password, context.visit)
            await change_password(context.desk, user, owner.session_id, input.new_password)
        context.control.identities.forget(owner.user_id)
        return True

    @strawberry.mutation
    async def change_email(self, info: Info[Context, None], input: ChangeEmailInput) -> bool:
        """Sends a mail to the new address; it counts once verifyEmail has the mail's token."""
        context = info.context
        with at_input():
            user = await confirm_password(context.desk, context.owner().user_id, input.password, context.visit)
            await ask_for_new_email(context.desk, user, input.email, context.visit)
        return True

    @strawberry.mutation
    async def delete_account(self, info: Info[Context, None], input: ConfirmedInput) -> bool:
        """One's own, for good. A workspace that nobody else is in is deleted with it; records stay where they are."""
        context, owner = info.context, info.context.owner()
        with at_input():
            own = await confirm_both(context.desk, owner, input.password, input.code, context.visit)
        await delete_account(context.desk, own)
        context.control.identities.forget(owner.user_id)
        context.visitor.answer_headers.extend(context.control.cookies.clearing())
        return True


async def _join(context: Context, given: SignUpInput, invitation: str) -> UUID:
    try:
        user_id = await sign_up_invited(context.desk, given.email, given.password, invitation)
    except InvitationInvalid as error:
        error.path = ("invitation",)
        raise
    own = await own_account(context.db, user_id)
    if not own.is_email_verified:
        await send_verification(context.desk, user_id, own.email)
    return user_id


@strawberry.type
class AccountQueries:
    @strawberry.field
    async def account(self, info: Info[Context, None]) -> Account:
        """One's own."""
        return account_of(await own_account(info.context.db, info.context.owner().user_id))
