"""A webhook as it is to be called now: with its secrets open."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Uuid, bindparam, case, func, not_, null, or_, select

from armature.core.db import Connection, Rendered, render
from armature.core.sealing import Sealing
from armature.metadata.tables import workspaces
from armature.metadata.webhook_tables import webhook_endpoints, webhooks
from armature.webhooks.endpoints import LIVES
from armature.webhooks.hiding import HIDDEN
from armature.webhooks.patience import FAILING_FROM
from armature.webhooks.secrets import Secrets, secrets_of
from armature.webhooks.sending import Message
from armature.webhooks.signing import signed_headers
from armature.webhooks.webhook import Webhook, webhook_of

AGENT = "Armature-Webhooks"


@dataclass(frozen=True, slots=True)
class Target:
    """As it was `at` a time. `failures` attempts in a row had failed. Nothing is sent while it `is_left_alone`: so
    are those of workspaces that are suspended or deleted.
    """

    webhook: Webhook
    secrets: Secrets
    is_left_alone: bool
    failures: int = field(compare=False)
    at: datetime = field(compare=False)

    @property
    def at_once(self) -> int:
        """A receiver that fails is tried with one at a time, after a while."""
        if self.is_left_alone:
            return 0
        return 1 if self.failures >= FAILING_FROM else self.webhook.concurrency

    def message(self, delivery_id: UUID, payload: bytes) -> Message:
        plain = {name: value for name, value in self.webhook.headers.items() if value is not None}
        ours = {
            "content-type": "application/json",
            "accept-encoding": "identity",
            **signed_headers(self.secrets.signing, str(delivery_id), int(time.time()), payload),
        }
        shown = {"user-agent": AGENT, **plain, **ours}
        hidden = dict.fromkeys(self.secrets.headers, HIDDEN)
        return Message(self.webhook.url, {**shown, **self.secrets.headers}, {**shown, **hidden}, payload)


async def target_of(connection: Connection, sealing: Sealing, webhook_id: UUID) -> Target | None:
    """None where it is gone or switched off. Raises SealBroken."""
    statement = _target_statement()
    row = await connection.fetchrow(statement.sql, *statement.arguments({"webhook": webhook_id}))
    if row is None:
        return None
    secrets = secrets_of(sealing, row)
    return Target(webhook_of(row), secrets, row["is_left_alone"], failures=row["failures"], at=row["at"])


@cache
def _target_statement() -> Rendered:
    is_over = func.coalesce(webhooks.c.former_secret_until, func.now()) <= func.now()
    columns = [each for each in webhooks.c if each.name != "former_secret"]
    failing = webhook_endpoints.c
    return render(
        select(
            *columns,
            case((is_over, null()), else_=webhooks.c.former_secret).label("former_secret"),
            failing.failures,
            or_(func.coalesce(failing.open_until, func.now()) > func.now(), not_(LIVES)).label("is_left_alone"),
            func.now().label("at"),
        )
        .join_from(webhooks, webhook_endpoints)
        .join(workspaces, workspaces.c.id == webhooks.c.workspace_id)
        .where(webhooks.c.id == bindparam("webhook", type_=Uuid()), webhooks.c.is_enabled)
    )
