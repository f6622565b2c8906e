"""Who calls is known with the limits of their roles: where one changes, every process asks again."""

from armature.core.db import Connection
from armature.core.notices import notify
from armature.metadata.model import Snapshot


async def tell_limits(connection: Connection, before: Snapshot, after: Snapshot) -> None:
    if after.roles is not before.roles and _limits(before) != _limits(after):
        await notify(connection, {"identity": str(after.workspace_id)})


def _limits(snapshot: Snapshot) -> dict[str, int]:
    return {name: each.rate_limit for name, each in snapshot.kept_roles.items() if each.rate_limit is not None}
