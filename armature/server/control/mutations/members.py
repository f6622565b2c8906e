"""Who is in a workspace: invitations, members, domains whose people may join."""

from datetime import datetime

import strawberry
from strawberry import ID, Info

from armature.server.auth.invitations import Wish, accept_invitation, invite, revoke_invitation
from armature.server.auth.members import remove_member, resume_member, set_member_role, suspend_member
from armature.server.auth.roles import check_may_give
from armature.server.auth.workspace_settings import (
    approve_domain,
    forget_domain,
    join,
    joinable,
    workspace_id_of,
)
from armature.server.control.account_types import Member, Workspace, member_of, present, workspace_of
from armature.server.control.context import Context
from armature.server.control.joining_types import (
    ApprovedDomain,
    Invitation,
    MadeInvitation,
    WorkspaceName,
    invitation_of,
    made_invitation,
)
from armature.server.control.mutations.at_input import at_input


@strawberry.input
class InviteInput:
    role: str
    email: str | None = strawberry.field(default=None, description="Without one, a link for whoever has it.")
    expires_at: datetime | None = strawberry.field(default=None, description="In seven days, where it is left out.")


@strawberry.input
class ApproveDomainInput:
    domain: str = strawberry.field(description="That of one's own verified e-mail address.")
    role: str = strawberry.field(description="What those who join become.")


@strawberry.type
class MemberMutations:
    @strawberry.mutation
    async def invite(self, info: Info[Context, None], input: InviteInput) -> MadeInvitation:
        """By mail, where there is an address; otherwise with a link."""
        place = info.context.place()
        wish = Wish(input.role, input.email, input.expires_at)
        with at_input():
            await info.context.check_gives(input.role)
            made = await invite(info.context.desk, place.workspace_id, wish, place.user_id)
        return made_invitation(present(await info.context.loaders.invitation.load(made.id)), made)

    @strawberry.mutation
    async def revoke_invitation(self, info: Info[Context, None], id: ID) -> Invitation:
        """Nobody joins with it from now on; who has joined stays."""
        place = info.context.place()
        revoked = await revoke_invitation(info.context.db, place.workspace_id, id)
        return invitation_of(present(await info.context.loaders.invitation.load(revoked)))

    @strawberry.mutation
    async def accept_invitation(self, info: Info[Context, None], token: str) -> Workspace:
        """The user is a member of the workspace from now on. Who has no account yet signs up with the token."""
        user_id = info.context.owner().user_id
        workspace_id = await accept_invitation(info.context.db, token, user_id)
        info.context.control.identities.forget(user_id)
        return workspace_of(present(await info.context.loaders.workspace.load(workspace_id)))

    @strawberry.mutation
    async def set_member_role(self, info: Info[Context, None], user_id: ID, role: str) -> Member:
        place = info.context.place()
        await info.context.check_gives(role)
        await _check_may_change(info.context, user_id)
        changed = await set_member_role(info.context.db, place.workspace_id, user_id, role)
        info.context.control.identities.forget(changed)
        return await member_of(info.context, place.workspace_id, changed)

    @strawberry.mutation
    async def suspend_member(self, info: Info[Context, None], user_id: ID) -> Member:
        """Kept out, at once, until resumed."""
        place = info.context.place()
        await _check_may_change(info.context, user_id)
        changed = await suspend_member(info.context.db, place.workspace_id, user_id)
        info.context.control.identities.forget(changed)
        return await member_of(info.context, place.workspace_id, changed)

    @strawberry.mutation
    async def resume_member(self, info: Info[Context, None], user_id: ID) -> Member:
        place = info.context.place()
        changed = await resume_member(info.context.db, place.workspace_id, user_id)
        info.context.control.identities.forget(changed)
        return await member_of(info.context, place.workspace_id, changed)

    @strawberry.mutation
    async def remove_member(self, info: Info[Context, None], user_id: ID) -> ID:
        """Out of the workspace; what they made stays, and so do the keys they made."""
        place = info.context.place()
        await _check_may_change(info.context, user_id)
        removed = await remove_member(info.context.db, place.workspace_id, user_id)
        info.context.control.identities.forget(removed)
        return ID(str(removed))

    @strawberry.mutation
    async def leave_workspace(self, info: Info[Context, None]) -> bool:
        """The one that the user works in."""
        user_id, place = info.context.user_id(), info.context.place()
        await remove_member(info.context.db, place.workspace_id, str(user_id))
        info.context.control.identities.forget(user_id)
        return True

    @strawberry.mutation
    async def approve_domain(self, info: Info[Context, None], input: ApproveDomainInput) -> ApprovedDomain:
        """Whoever has a verified address there may join."""
        place, user_id = info.context.place(), info.context.owner().user_id
        with at_input():
            await info.context.check_gives(input.role)
            domain = await approve_domain(info.context.db, place.workspace_id, user_id, input.domain, input.role)
        return ApprovedDomain(domain=domain, role=input.role)

    @strawberry.mutation
    async def forget_domain(self, info: Info[Context, None], domain: str) -> bool:
        """Nobody joins by it any more; members stay. False where it was not approved."""
        place = info.context.place()
        return await forget_domain(info.context.db, place.workspace_id, domain)

    @strawberry.mutation
    async def join_workspace(self, info: Info[Context, None], id: ID) -> Workspace:
        """One that has approved the domain of the user's verified address."""
        user_id = info.context.owner().user_id
        workspace_id = workspace_id_of(id)
        await join(info.context.db, user_id, workspace_id)
        info.context.control.identities.forget(user_id)
        return workspace_of(present(await info.context.loaders.workspace.load(workspace_id)))


async def _check_may_change(context: Context, user_id: ID) -> None:
    """Only who could make somebody what a member is may take it from them. Raises RoleNotYours."""
    place = context.place()
    members = await context.loaders.members_of_workspace.load(place.workspace_id)
    context.loaders.members_of_workspace.clear(place.workspace_id)  # what is asked next is asked after the change
    for row in members:
        if str(row["user_id"]) == str(user_id).lower():
            check_may_give(place.role, row["role"])


@strawberry.type
class MemberQueries:
    @strawberry.field
    async def invitations(self, info: Info[Context, None]) -> list[Invitation]:
        """Of the workspace, also those that were used, revoked or are too old; the newest first."""
        place = info.context.place()
        rows = await info.context.listed(await info.context.loaders.invitations_of_workspace.load(place.workspace_id))
        return [invitation_of(row) for row in rows]

    @strawberry.field
    async def approved_domains(self, info: Info[Context, None]) -> list[ApprovedDomain]:
        place = info.context.place()
        rows = await info.context.loaders.domains_of_workspace.load(place.workspace_id)
        return [ApprovedDomain(domain=row["domain"], role=row["role"]) for row in rows]

    @strawberry.field
    async def joinable_workspaces(self, info: Info[Context, None]) -> list[WorkspaceName]:
        """Those that have approved the domain of the user's verified address."""
        rows = await joinable(info.context.db, info.context.owner().user_id)
        return [WorkspaceName(id=ID(str(row["id"])), name=row["name"]) for row in rows]
