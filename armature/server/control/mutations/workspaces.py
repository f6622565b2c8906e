"""Workspaces: made, named, protected, set aside and brought back."""

import strawberry
from strawberry import ID, UNSET, Info

from armature.core.db import Connection
from armature.core.errors import BadUserInput
from armature.metadata.packs.registry import DEFAULT
from armature.metadata.store import WorkspaceNotFound
from armature.migrations.workspace.set_aside import bring_back, set_aside, set_aside_of
from armature.server.auth.accounts import open_workspace
from armature.server.auth.identity import WorkspaceIdentity
from armature.server.auth.roles import FULL
from armature.server.auth.workspace_settings import (
    rename,
    require_second_factor,
    set_audit_retention,
    set_feature,
    set_origins,
    workspace_id_of,
)
from armature.server.control.account_types import Feature, Workspace, present, workspace_of
from armature.server.control.context import Context
from armature.server.control.joining_types import WorkspaceName
from armature.server.control.mutations.at_input import at_input


class NameNotRepeated(BadUserInput):
    def __init__(self) -> None:
        super().__init__("That is not the name of the workspace.", field="name", path=("name",))


@strawberry.input
class CreateWorkspaceInput:
    name: str
    pack: str | None = strawberry.field(default=DEFAULT, description="What the workspace begins with; null: nothing.")


@strawberry.input
class UpdateWorkspaceInput:
    name: str | None = UNSET
    requires_second_factor: bool | None = strawberry.field(
        default=UNSET, description="Whether members must sign in with an authenticator app or a passkey."
    )

    cors_origins: list[str] | None = strawberry.field(
        default=UNSET, description="Origins whose pages may call for this workspace, such as https://app.example.com."
    )
    audit_retention_days: int | None = strawberry.field(
        default=UNSET, description="How long entries of the audit log are kept, at least 30 days; 0: for ever."
    )


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

    @strawberry.mutation
    async def update_workspace(self, info: Info[Context, None], input: UpdateWorkspaceInput) -> Workspace:
        """What is left out, or null, stays; where one thing can't be, nothing changes."""
        context, place = info.context, info.context.place()
        with at_input():
            async with context.db.transaction() as connection:
                await _update(connection, place, input)
        context.control.identities.forget(place.workspace_id)
        return workspace_of(present(await context.loaders.workspace.load(place.workspace_id)))

    @strawberry.mutation
    async def set_feature(self, info: Info[Context, None], name: str, is_on: bool | None = None) -> list[Feature]:
        """Switches something on or off for the workspace; null, or nothing, takes it off the list."""
        place = info.context.place()
        features = await set_feature(info.context.db, place.workspace_id, name, is_on)
        return [Feature(name=each, is_on=on) for each, on in sorted(features.items())]

    @strawberry.mutation
    async def delete_workspace(self, info: Info[Context, None], name: str) -> bool:
        """Sets the workspace aside: out of sight at once, gone after 30 days. Its `name` says that it is meant."""
        place = info.context.place()
        workspace = present(await info.context.loaders.workspace.load(place.workspace_id))
        if name != workspace["name"]:
            raise NameNotRepeated
        await set_aside(info.context.db, place.workspace_id)
        info.context.control.identities.forget(place.workspace_id)
        return True

    @strawberry.mutation
    async def restore_workspace(self, info: Info[Context, None], id: ID) -> Workspace:
        """One that was set aside, by who administers it."""
        user_id, wanted = info.context.owner().user_id, workspace_id_of(id)
        if wanted not in {row["id"] for row in await set_aside_of(info.context.db, user_id, FULL)}:
            raise WorkspaceNotFound(wanted)
        await bring_back(info.context.db, wanted)
        info.context.control.identities.forget(user_id)
        return workspace_of(present(await info.context.loaders.workspace.load(wanted)))


@strawberry.type
class WorkspaceQueries:
    @strawberry.field
    async def deleted_workspaces(self, info: Info[Context, None]) -> list[WorkspaceName]:
        """Those that were set aside and can be restored, the last first."""
        rows = await set_aside_of(info.context.db, info.context.owner().user_id, FULL)
        return [WorkspaceName(id=ID(str(row["id"])), name=row["name"]) for row in rows]


async def _update(connection: Connection, place: WorkspaceIdentity, wanted: UpdateWorkspaceInput) -> None:
    if wanted.name:
        await rename(connection, place.workspace_id, wanted.name)
    if wanted.requires_second_factor is not None and wanted.requires_second_factor is not UNSET:
        await require_second_factor(connection, place.workspace_id, wanted.requires_second_factor, place.session_id)
    if wanted.cors_origins is not None and wanted.cors_origins is not UNSET:
        await set_origins(connection, place.workspace_id, wanted.cors_origins)
    if wanted.audit_retention_days is not None and wanted.audit_retention_days is not UNSET:
        await set_audit_retention(connection, place.workspace_id, wanted.audit_retention_days)
