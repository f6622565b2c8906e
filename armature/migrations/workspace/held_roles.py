"""A role that somebody has stays."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, Table, Text, Uuid, any_, bindparam, func, literal_column, select

from armature.core.db import Connection, render
from armature.core.errors import Conflict
from armature.metadata.model import Snapshot, renewed
from armature.metadata.tables import api_keys, memberships
from armature.metadata.webhook_tables import webhooks


class RoleInUse(Conflict):
    def __init__(self, name: str, holders: Mapping[str, int]) -> None:
        counted = [f"{count:,} {what}" for what, count in holders.items()]
        super().__init__(
            f'The role "{name}" can\'t be deleted: {", ".join(counted[:-1])} and {counted[-1]} have it.',
            hint="Give them another one first.",
            path=("role",),
        )


async def check_free(connection: Connection, before: Snapshot, after: Snapshot) -> None:
    """Raises RoleInUse for a role that goes."""
    if after.roles is before.roles:
        return
    for role in renewed(before.roles, after.roles):
        if role.deleted_at is not None:
            values = {"workspace": after.workspace_id, "role": role.name}
            row = await connection.fetchrow(_HELD.sql, *_HELD.arguments(values))
            if row is not None and any(row.values()):
                raise RoleInUse(role.name, dict(row.items()))


def _holders(of: Table, *conditions: Any) -> Any:
    role: Any = bindparam("role", type_=Text())
    mine = of.c.workspace_id == bindparam("workspace", type_=Uuid())
    names = func.string_to_array(of.c.role, literal_column("' '"), type_=ARRAY(Text()))
    return select(func.count()).select_from(of).where(mine, role == any_(names), *conditions).scalar_subquery()


_HELD = render(
    select(
        _holders(memberships).label("members"),
        _holders(api_keys, api_keys.c.revoked_at.is_(None)).label("API keys"),
        _holders(webhooks).label("webhooks"),
    )
)
