"""model.changed: a delivery for each version of a model, in their order, to each webhook that wants it.

The versions are written down anyway (changesets), so a change of a model does nothing for this. Workers look when they
hear of a version, and now and then; each webhook knows the last version that it was told of.
"""

from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import insert, select, update

from armature.core.db import Connection, Database, execute, fetch, fetch_value
from armature.metadata.access import may
from armature.metadata.model import Snapshot
from armature.metadata.role_names import names_of
from armature.metadata.tables import changesets, workspaces
from armature.metadata.webhook_tables import deliveries, webhook_endpoints, webhooks
from armature.schema_builder.run.workspaces import Workspaces
from armature.webhooks.endpoints import LIVES, stir
from armature.webhooks.patterns import MODEL, MODEL_CHANGED
from armature.webhooks.payload import encoded

_E = webhook_endpoints.c


async def tell_of_versions(db: Database, known: Workspaces, workspace_id: UUID | None = None) -> None:
    """Whatever versions webhooks have not been told of yet; of one workspace, or of all."""
    async with db.connection() as connection:
        rows = await fetch(connection, _behind(workspace_id))
    for row in rows:
        snapshot = await known.snapshot(row["workspace_id"])
        async with db.transaction() as connection:
            await _tell(connection, row, snapshot)


def _behind(workspace_id: UUID | None) -> Any:
    found = (
        select(webhooks.c.id, webhooks.c.workspace_id, webhooks.c.role)
        .join_from(webhooks, webhook_endpoints)
        .join(workspaces, workspaces.c.id == webhooks.c.workspace_id)
        .where(webhooks.c.is_enabled, webhooks.c.events.contains([MODEL.keep()]))
        .where(workspaces.c.version > _E.model_version, LIVES)
    )
    return found if workspace_id is None else found.where(webhooks.c.workspace_id == workspace_id)


async def _tell(connection: Connection, webhook: Record, snapshot: Snapshot) -> None:
    """Who tells another webhook the same waits, and finds nothing left to tell."""
    this = _E.webhook_id == webhook["id"]
    told: int = await fetch_value(connection, select(_E.model_version).where(this).with_for_update())
    new = (
        select(changesets.c.version, changesets.c.summary, changesets.c.created_at)
        .where(changesets.c.workspace_id == webhook["workspace_id"], changesets.c.version > told)
        .order_by(changesets.c.version)
    )
    is_whole = may(snapshot, names_of(webhook["role"]), "MODEL")
    rows = [_delivery(webhook, each, is_whole) for each in await fetch(connection, new)]
    if rows:
        await execute(connection, insert(deliveries).values(rows))
        await stir(connection, webhook["id"])
    last = max([snapshot.version, *(each["position"] for each in rows)])
    await execute(connection, update(webhook_endpoints).where(this).values(model_version=last))


def _delivery(webhook: Record, change: Record, is_whole: bool) -> dict[str, Any]:
    """What changed is for those who may see all of the model."""
    data = {"version": change["version"], **({"summary": change["summary"]} if is_whole else {})}
    return {
        "webhook_id": webhook["id"],
        "type": MODEL_CHANGED,
        "subject": webhook["workspace_id"],
        "position": change["version"],
        "at": change["created_at"],
        "payload": encoded(MODEL_CHANGED, change["created_at"], data),
        "state": "WAITING",
    }
