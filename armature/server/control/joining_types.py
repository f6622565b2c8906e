"""Invitations, and workspaces that one may join or bring back."""

from datetime import datetime

import strawberry
from asyncpg import Record
from strawberry import ID, Info

from armature.server.auth.invitations import NewInvitation
from armature.server.control.account_types import User, present, user_of
from armature.server.control.context import Context
from armature.server.control.session_types import hidden


@strawberry.type(description="A way into the workspace: by mail for one address, by a link for whoever has it.")
class Invitation:
    row: strawberry.Private[Record]
    id: ID
    email: str | None = strawberry.field(description="Null for a link.")
    role: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None

    @strawberry.field
    async def created_by(self, info: Info[Context, None]) -> User | None:
        user_id = self.row["created_by"]
        return None if user_id is None else user_of(present(await info.context.loaders.user.load(user_id)))


@strawberry.type
class MadeInvitation:
    __repr__ = hidden
    invitation: Invitation
    token: str | None = strawberry.field(description="Of a link: shown here and never again. A mail carries its own.")


@strawberry.type(description="A workspace that is not one's own yet, or was set aside.")
class WorkspaceName:
    id: ID
    name: str


@strawberry.type(description="Whoever has a verified address there may join.")
class ApprovedDomain:
    domain: str
    role: str


def invitation_of(row: Record) -> Invitation:
    names = ("id", "email", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    return Invitation(row=row, **{name: row[name] for name in names})


def made_invitation(row: Record, made: NewInvitation) -> MadeInvitation:
    return MadeInvitation(invitation=invitation_of(row), token=None if row["email"] is not None else made.token)
