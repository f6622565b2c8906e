"""Sign-in providers of a workspace, and the ticket that signing in there gives."""

from datetime import datetime

import strawberry
from asyncpg import Record
from strawberry import ID, Info

from armature.server.auth.sessions import Entry
from armature.server.auth.sign_in_providers import (
    NewProvider,
    add_provider,
    delete_provider,
    providers_of,
    redeem_ticket,
    redirect_uri,
)
from armature.server.control.context import Context
from armature.server.control.mutations.at_input import at_input
from armature.server.control.session_types import Session, hidden, signed_in


@strawberry.type(description="Where members sign in with an account they have elsewhere (OpenID Connect).")
class SignInProvider:
    id: ID
    name: str
    issuer: str
    client_id: str
    role: str | None = strawberry.field(description="What newcomers become; null: only members come in.")
    start_path: str = strawberry.field(description="Where a browser begins; takes returnTo.")
    redirect_uri: str | None = strawberry.field(
        description="What the provider has to know; its alone. Null where the server does not know its own address."
    )
    created_at: datetime


@strawberry.input
class CreateSignInProviderInput:
    __repr__ = hidden
    name: str
    issuer: str = strawberry.field(description="Such as https://accounts.google.com")
    client_id: str
    client_secret: str
    role: str | None = strawberry.field(default=None, description="What newcomers become; null: only members come in.")


@strawberry.type
class SignInProviderMutations:
    @strawberry.mutation
    async def create_sign_in_provider(
        self, info: Info[Context, None], input: CreateSignInProviderInput
    ) -> SignInProvider:
        """It is asked whether it is one, and has to know the redirectUri."""
        context, place = info.context, info.context.place()
        new = NewProvider(input.name, input.issuer, input.client_id, input.client_secret, input.role)
        with at_input():
            if input.role is not None:
                await context.check_gives(input.role)
            made = await add_provider(context.desk, context.control.providers, place.workspace_id, new)
        rows = await providers_of(context.db, place.workspace_id)
        return next(provider_of(context, row) for row in rows if row["id"] == made)

    @strawberry.mutation
    async def delete_sign_in_provider(self, info: Info[Context, None], id: ID) -> ID:
        """Nobody comes in by it from now on; members stay, and their sessions go on."""
        place = info.context.place()
        return ID(str(await delete_provider(info.context.db, place.workspace_id, id)))

    @strawberry.mutation
    async def sign_in_with_ticket(self, info: Info[Context, None], ticket: str) -> Session:
        """With what a sign-in provider's page came back with (#signInTicket=…). Leads to its workspace only."""
        admitted = await redeem_ticket(info.context.db, ticket)
        entry = Entry("PROVIDER", info.context.visit, workspace_id=admitted.workspace_id)
        return await signed_in(info.context, admitted.user_id, entry)


@strawberry.type
class SignInProviderQueries:
    @strawberry.field
    async def sign_in_providers(self, info: Info[Context, None]) -> list[SignInProvider]:
        """Of the workspace, the oldest first."""
        place = info.context.place()
        return [provider_of(info.context, row) for row in await providers_of(info.context.db, place.workspace_id)]


def provider_of(context: Context, row: Record) -> SignInProvider:
    names = ("id", "name", "issuer", "client_id", "role", "created_at")
    is_known = context.control.settings.public_url is not None
    return SignInProvider(
        start_path=f"/auth/start/{row['id']}",
        redirect_uri=redirect_uri(context.desk, row["id"]) if is_known else None,
        **{name: row[name] for name in names},
    )
