"""Roles: each mutation is a changeset of one step; several go into applyChangeset."""

from typing import Any

import strawberry
from strawberry import Info

from armature.metadata.access import role_named
from armature.metadata.changes import CreateRole
from armature.metadata.english import name_of
from armature.metadata.roles import STANDARD
from armature.server.control.context import Context
from armature.server.control.model import change_one
from armature.server.control.role_inputs import (
    CreateRoleInput,
    DeleteRoleInput,
    SetFieldPermissionInput,
    SetObjectPermissionInput,
    UpdateRoleInput,
)
from armature.server.control.role_types import Role, role_of


@strawberry.type
class RoleQueries:
    @strawberry.field
    async def roles(self, info: Info[Context, None]) -> list[Role]:
        """Those that come with every workspace, then the workspace's own."""
        snapshot = await info.context.whole()
        names = [*STANDARD, *(each for each in snapshot.kept_roles if each not in STANDARD)]
        found = [role_named(snapshot, each) for each in names]
        return [role_of(snapshot, each) for each in found if each is not None]


@strawberry.type
class RoleMutations:
    @strawberry.mutation
    async def create_role(self, info: Info[Context, None], input: CreateRoleInput) -> Role:
        """A role that lets do what is said here, and nothing else."""
        return await _role(info.context, input)

    @strawberry.mutation
    async def update_role(self, info: Info[Context, None], input: UpdateRoleInput) -> Role:
        """What is left out stays as it is."""
        return await _role(info.context, input)

    @strawberry.mutation
    async def delete_role(self, info: Info[Context, None], input: DeleteRoleInput) -> bool:
        """Refused while a member or an API key has it."""
        await change_one(info.context, input)
        return True

    @strawberry.mutation
    async def set_object_permission(self, info: Info[Context, None], input: SetObjectPermissionInput) -> Role:
        """What a role may do with the records of an object, and with which. What is left out stays as it is."""
        return await _role(info.context, input)

    @strawberry.mutation
    async def set_field_permission(self, info: Info[Context, None], input: SetFieldPermissionInput) -> Role:
        """Whether a role may read and update a field. What is left out stays as it is."""
        return await _role(info.context, input)


async def _role(context: Context, given: Any) -> Role:
    after, change = await change_one(context, given)
    name = (change.name or name_of(change.label or "")) if isinstance(change, CreateRole) else given.role
    found = role_named(after, name)
    assert found is not None  # noqa: S101  it was just written
    return role_of(after, found)
