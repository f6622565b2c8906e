"""What a client may write to change roles; see inputs.py."""

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from armature.server.control.role_types import Permission, Right

RIGHTS_OF_ALL = "On all objects that the role says nothing about, new ones included."
DOCUMENTS = "With documentsOnly: the names of those it runs; null: all that are stored."
RATE_LIMIT = "Points a minute for each who has the role, below the server's; null: the server's."
RULE = "A filter of the object, with $me.id and $me.email (verified) for who calls; null: all records."


@strawberry.input
class CreateRoleInput:
    name: str | None = strawberry.field(default=UNSET, description="For good. Made from the label where left out.")
    label: str | None = UNSET
    description: str | None = UNSET
    rights: list[Right] = strawberry.field(default_factory=list, description=RIGHTS_OF_ALL)
    permissions: list[Permission] = strawberry.field(default_factory=list)
    may_introspect: bool = True
    documents_only: bool = False
    documents: list[str] | None = strawberry.field(default=None, description=DOCUMENTS)
    rate_limit: int | None = strawberry.field(default=None, description=RATE_LIMIT)


@strawberry.input
class UpdateRoleInput:
    role: str = strawberry.field(description="By name.")
    label: str | None = UNSET
    description: str | None = UNSET
    rights: list[Right] | None = strawberry.field(default=UNSET, description=RIGHTS_OF_ALL)
    permissions: list[Permission] | None = UNSET
    may_introspect: bool | None = UNSET
    documents_only: bool | None = UNSET
    documents: list[str] | None = strawberry.field(default=UNSET, description=DOCUMENTS)
    rate_limit: int | None = strawberry.field(default=UNSET, description=RATE_LIMIT)


@strawberry.input
class DeleteRoleInput:
    role: str = strawberry.field(description="By name.")


@strawberry.input
class SetObjectPermissionInput:
    role: str = strawberry.field(description="By name.")
    object: str = strawberry.field(description="By name or id.")
    rights: list[Right] | None = strawberry.field(
        default=UNSET,
        description="null: those that the role has on all objects, without rules.",
    )
    read_rule: JSON | None = strawberry.field(default=UNSET, description=RULE)
    write_rule: JSON | None = strawberry.field(default=UNSET, description=f"What is written meets it, too. {RULE}")


@strawberry.input
class SetFieldPermissionInput:
    role: str = strawberry.field(description="By name.")
    object: str = strawberry.field(description="By name or id.")
    field: str = strawberry.field(description="By name or id.")
    may_read: bool | None = UNSET
    may_update: bool | None = UNSET
