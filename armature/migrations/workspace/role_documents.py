"""The stored documents that roles are restricted to are there, as long as nobody takes them away beside the model.

One that is taken away nevertheless is run by nobody: what a role names lets in what has that name, and nothing else.
"""

from collections.abc import Collection, Iterable

from armature.core.db import Connection
from armature.core.errors import Conflict
from armature.metadata.model import Snapshot, renewed
from armature.metadata.roles import Role
from armature.schema_builder.run.stored import document_names


class RoleNamesNothing(Conflict):
    def __init__(self, role: str, document: str) -> None:
        super().__init__(
            f'The role "{role}" is restricted to the stored document "{document[:100]}", which would not be there.',
            hint="Store it first, or change the documents of the role.",
            field="documents",
        )


def check_named(roles: Iterable[Role], there: Collection[str]) -> None:
    """Raises RoleNamesNothing."""
    for role in roles:
        for name in role.documents or ():
            if name not in there:
                raise RoleNamesNothing(role.name, name)


async def check_documents_of(connection: Connection, before: Snapshot, after: Snapshot) -> None:
    """Of the roles that change. Raises RoleNamesNothing."""
    if after.roles is before.roles:
        return
    changed = [each for each in renewed(before.roles, after.roles) if each.deleted_at is None and each.documents]
    if changed:
        check_named(changed, await document_names(connection, after.workspace_id))
