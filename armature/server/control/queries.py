"""What the control plane tells of the caller, its workspaces and the model of the one it works in."""

import strawberry
from strawberry import ID, Info

from armature.core.errors import BadUserInput
from armature.metadata.resolve import find_object
from armature.server.control.account_types import (
    ApiKey,
    User,
    Workspace,
    api_keys_of,
    present,
    user_of,
    workspace_of,
)
from armature.server.control.context import Context
from armature.server.control.history import ModelVersion, versions_of
from armature.server.control.model_types import Field, Object, fields_of, object_of


class ObjectNotNamed(BadUserInput):
    def __init__(self) -> None:
        super().__init__("Which object? Give either its id or its name.", hint='Such as object(name: "company").')


@strawberry.type
class ModelQueries:
    @strawberry.field
    async def me(self, info: Info[Context, None]) -> User | None:
        """The user who is signed in; null for an API key."""
        user_id = info.context.identity().user_id
        return None if user_id is None else user_of(present(await info.context.loaders.user.load(user_id)))

    @strawberry.field
    async def workspace(self, info: Info[Context, None]) -> Workspace | None:
        """The workspace the caller works in."""
        place = info.context.place()
        return workspace_of(present(await info.context.loaders.workspace.load(place.workspace_id)))

    @strawberry.field
    async def workspaces(self, info: Info[Context, None]) -> list[Workspace]:
        """The caller's workspaces; an API key has one."""
        loaders, user_id = info.context.loaders, info.context.identity().user_id
        if user_id is None:
            return [workspace_of(present(await loaders.workspace.load(info.context.place().workspace_id)))]
        rows = await info.context.listed(await loaders.workspaces_of_user.load(user_id))
        only_in = info.context.identity().only_in
        return [workspace_of(row) for row in rows if only_in in (None, row["id"])]

    @strawberry.field
    async def objects(self, info: Info[Context, None], with_deleted: bool = False) -> list[Object]:
        """In the order of creation."""
        snapshot = await info.context.snapshot()
        found = await info.context.listed([*(snapshot.objects if with_deleted else snapshot.kept_objects).values()])
        return [object_of(snapshot, each) for each in found]

    @strawberry.field
    async def object(self, info: Info[Context, None], id: ID | None = None, name: str | None = None) -> Object | None:
        """By its id or its singular name."""
        snapshot = await info.context.snapshot()
        if (id is None) == (name is None):
            raise ObjectNotNamed
        reference, place = (name, "name") if id is None else (id, "id")
        return object_of(snapshot, find_object(snapshot, str(reference), place))

    @strawberry.field
    async def fields(self, info: Info[Context, None], object: str, with_deleted: bool = False) -> list[Field]:
        """The fields of an object, which is given by name or id, in display order."""
        snapshot = await info.context.snapshot()
        return await fields_of(info.context, snapshot, find_object(snapshot, object), with_deleted)

    @strawberry.field
    async def model_history(
        self, info: Info[Context, None], limit: int = 50, before: int | None = None
    ) -> list[ModelVersion]:
        """The versions of the model, the newest first; `before` a version, for those older than it."""
        return await versions_of(info.context, before, limit)

    @strawberry.field
    async def api_keys(self, info: Info[Context, None]) -> list[ApiKey]:
        """Of the workspace, also those that expired or were revoked."""
        place = info.context.place()
        return await api_keys_of(info.context, place.workspace_id)
