"""Workspaces."""

import strawberry
from strawberry import Info

from armature.metadata.packs.registry import DEFAULT
from armature.server.auth.accounts import open_workspace
from armature.server.control.account_types import Workspace, present, workspace_of
from armature.server.control.context import Context
from armature.server.control.mutations.at_input import at_input


@strawberry.input
class CreateWorkspaceInput:
    name: str
    pack: str | None = strawberry.field(default=DEFAULT, description="What the workspace begins with; null: nothing.")


@strawberry.type
class WorkspaceMutations:
    @strawberry.mutation
    async def create_workspace(self, info: Info[Context, None], input: CreateWorkspaceInput) -> Workspace:
        """A workspace of the user's own."""
        user_id = info.context.owner().user_id
        with at_input():
            snapshot = await open_workspace(info.context.db, user_id, input.name, input.pack)
        info.context.control.workspaces.put(snapshot)
        info.context.control.identities.forget(user_id)
        return workspace_of(present(await info.context.loaders.workspace.load(snapshot.workspace_id)))
