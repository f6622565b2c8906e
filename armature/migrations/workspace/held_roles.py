"""A role that somebody has, or is yet to get, stays."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, Table, Text, Uuid, any_, bindparam, func, literal_column, select

from armature.core.db import Connection, render
from armature.core.errors import Conflict
from armature.metadata.account_tables import approved_domains, invitations, sign_in_providers
from armature.metadata.model import Snapshot, renewed
from armature.metadata.tables import api_keys, memberships
from armature.metadata.webhook_tables import webhooks


class RoleInUse(Conflict):
    def __init__(self, name: str, holders: Mapping[str, int]) -> None:
        listed = ", ".join(f"{each}: {count:,}" for each, count in holders.items() if count)
        super().__init__(
            f'The role "{name}" can\'t be deleted: it is in use ({listed}).',
            hint="Give them another one first, or revoke them.",
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
                raise RoleInUse(role.name, dict(row))


def _holders(of: Table, *conditions: Any) -> Any:
    role: Any = bindparam("role", type_=Text())
    mine = of.c.workspace_id == bindparam("workspace", type_=Uuid())
    names = func.string_to_array(of.c.role, literal_column("' '"), type_=ARRAY(Text()))
    return select(func.count()).select_from(of).where(mine, role == any_(names), *conditions).scalar_subquery()


_PENDING = (
    invitations.c.accepted_at.is_(None),
    invitations.c.revoked_at.is_(None),
    invitations.c.expires_at > func.now(),
)
_HOLDERS = {
    "members": _holders(memberships),
    "API keys": _holders(api_keys, api_keys.c.revoked_at.is_(None)),
    "open invitations": _holders(invitations, *_PENDING),
    "webhooks": _holders(webhooks),
    "approved domains": _holders(approved_domains),
    "sign-in providers": _holders(sign_in_providers),
}
_HELD = render(select(*(count.label(name) for name, count in _HOLDERS.items())))
