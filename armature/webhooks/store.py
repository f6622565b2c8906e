"""Webhooks in the catalog."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from uuid_utils.compat import uuid7

from armature.core.db import Connection, execute, fetch, fetch_one, fetch_value
from armature.core.errors import BadUserInput
from armature.core.sealing import Sealing
from armature.metadata.resolve import as_id
from armature.metadata.tables import workspaces
from armature.metadata.webhook_tables import webhook_endpoints, webhooks
from armature.webhooks.endpoints import stir
from armature.webhooks.secrets import new_secret, opened_secret, sealed_secret
from armature.webhooks.webhook import Webhook, WebhookNotFound, webhook_of

MOST = 200
LONGEST_OVERLAP = timedelta(days=7)

SECRET = ("secret", "former_secret", "former_secret_until", "secret_headers")
SHOWN = [each for each in webhooks.c if each.name not in SECRET]


class TooManyWebhooks(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"A workspace has at most {MOST} webhooks.", hint="Delete those that nobody needs.")


class OverlapUnfit(BadUserInput):
    def __init__(self) -> None:
        most = LONGEST_OVERLAP.total_seconds()
        super().__init__(f"overlap must be 0 to {most:.0f} seconds.", field="overlap", path=("overlap",))


async def webhooks_of(connection: Connection, workspace_id: UUID) -> list[Webhook]:
    """The oldest first."""
    mine = select(*SHOWN).where(webhooks.c.workspace_id == workspace_id).order_by(webhooks.c.id)
    return [webhook_of(row) for row in await fetch(connection, mine)]


async def webhook_row(connection: Connection, workspace_id: UUID, reference: str) -> Record:
    """With its secrets, sealed; nobody else changes it meanwhile. Raises WebhookNotFound."""
    found = await fetch_one(connection, select(webhooks).where(*_this(workspace_id, reference)).with_for_update())
    if found is None:
        raise WebhookNotFound(reference)
    return found


async def find_webhook(connection: Connection, workspace_id: UUID, reference: str) -> Webhook:
    """Raises WebhookNotFound."""
    found = await fetch_one(connection, select(*SHOWN).where(*_this(workspace_id, reference)))
    if found is None:
        raise WebhookNotFound(reference)
    return webhook_of(found)


async def add_webhook(
    connection: Connection, sealing: Sealing, workspace_id: UUID, id_: UUID, values: Mapping[str, Any]
) -> str:
    """Its secret. Raises TooManyWebhooks."""
    newest = select(workspaces.c.version).where(workspaces.c.id == workspace_id).with_for_update(key_share=True)
    version = await fetch_value(connection, newest)
    counted = select(func.count()).select_from(webhooks).where(webhooks.c.workspace_id == workspace_id)
    if await fetch_value(connection, counted) >= MOST:
        raise TooManyWebhooks
    secret = new_secret()
    row = {"id": id_, "workspace_id": workspace_id, "secret": sealed_secret(sealing, id_, secret), **values}
    await execute(connection, insert(webhooks).values(row))
    await execute(connection, insert(webhook_endpoints).values(webhook_id=id_, model_version=version))
    return secret


def new_id() -> UUID:
    return uuid7()


async def change_webhook(connection: Connection, id_: UUID, values: Mapping[str, Any]) -> None:
    """Who sends is told: what was taken to be sent is sent as it is now, or not."""
    await stir(connection, id_)
    await execute(connection, update(webhooks).where(webhooks.c.id == id_).values(updated_at=func.now(), **values))


async def delete_webhook(connection: Connection, workspace_id: UUID, reference: str) -> UUID:
    """With what is yet to be delivered, and its log. Raises WebhookNotFound."""
    gone = delete(webhooks).where(*_this(workspace_id, reference)).returning(webhooks.c.id)
    found: UUID | None = await fetch_value(connection, gone)
    if found is None:
        raise WebhookNotFound(reference)
    await stir(connection, found)
    return found


async def rotate_secret(connection: Connection, sealing: Sealing, row: Record, overlap: timedelta) -> str:
    """A new secret; for the overlap, messages are signed with the one before, too. Raises OverlapUnfit."""
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise OverlapUnfit
    id_, secret = row["id"], new_secret()
    before = opened_secret(sealing, id_, row["secret"])
    values: dict[str, Any] = {"former_secret": None, "former_secret_until": None}
    if overlap:
        former = sealed_secret(sealing, id_, before, "former_secret")
        values = {"former_secret": former, "former_secret_until": func.now() + overlap}
    await change_webhook(connection, id_, {"secret": sealed_secret(sealing, id_, secret), **values})
    return secret


def _this(workspace_id: UUID, reference: str) -> Sequence[ColumnElement[bool]]:
    return webhooks.c.id == as_id(reference), webhooks.c.workspace_id == workspace_id
