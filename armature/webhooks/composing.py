"""Deliveries get payloads when they are first sent: by the model as it is then, as their webhook's role sees it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog

from armature.core.db import Database
from armature.core.errors import Conflict
from armature.core.lru import Lru
from armature.core.settings import Settings
from armature.metadata.model import Object, Snapshot
from armature.metadata.role_names import narrowing
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.sights import Sights
from armature.schema_builder.run.workspaces import Workspaces
from armature.webhooks.delivery import Delivery, DeliveryNotFound
from armature.webhooks.documents import Documents
from armature.webhooks.ledger import keep_payloads
from armature.webhooks.payload import Whole, encoded, heading
from armature.webhooks.webhook import Webhook

REMEMBERED = 500

log = structlog.get_logger("armature.webhooks")

ACTOR = "updated_by"
"""The column of who wrote a record last: whoever does not read it is not told who did what either."""


class OutOfSight(Conflict):
    def __init__(self) -> None:
        super().__init__("The role of the webhook does not see this object, or it is gone.")


class Composer:
    """Of one process."""

    def __init__(self, db: Database, settings: Settings, workspaces: Workspaces, engine: Engine) -> None:
        self._db = db
        self._documents = Documents(engine, settings)
        self._workspaces = workspaces
        self._engine = engine
        self._sights = Sights(settings.shape_cache_size)
        self._wholes_known: Lru[tuple[bytes, str], Whole] = Lru(REMEMBERED)

    async def prepared(self, webhook: Webhook, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """With their payloads, as far as these can be made together; of the others, `payload` says what is wrong."""
        made: dict[UUID, bytes] = {}
        bare = [each for each in deliveries if each.payload is None and webhook.document is None]
        for object_id in {each.object_id for each in bare}:
            try:
                made |= await self._wholes(webhook, [each for each in bare if each.object_id == object_id])
            except Exception:  # each is tried by itself then, and that tells why
                log.debug("webhook.not_prepared", webhook=str(webhook.id), exc_info=True)
        return [replace(each, payload=made.get(each.id, each.payload)) for each in deliveries]

    async def payload(self, webhook: Webhook, delivery: Delivery) -> bytes:
        """The same in every attempt. Raises ArmatureError where it can't be made by the model as it is."""
        if delivery.payload is not None:
            return delivery.payload
        made = await (self._wholes(webhook, [delivery]) if webhook.document is None else self._asked(webhook, delivery))
        if delivery.id not in made:
            raise DeliveryNotFound(delivery.id)
        return made[delivery.id]

    async def _wholes(self, webhook: Webhook, of: Sequence[Delivery]) -> dict[UUID, bytes]:
        """Of one object."""
        seen, shown = await self._in_sight(webhook, of[0])
        whole = self._whole(seen, shown)
        async with self._db.connection(seen.schema) as connection:
            told = await whole.told(connection, seen.schema, [each.id for each in of])
            made = {each.id: _encoded(each, shown, told[each.id]) for each in of if each.id in told}
            await keep_payloads(connection, made)
        return made

    async def _asked(self, webhook: Webhook, delivery: Delivery) -> dict[UUID, bytes]:
        _, shown = await self._in_sight(webhook, delivery)
        made = {delivery.id: _encoded(delivery, shown, await self._answer(webhook, delivery))}
        async with self._db.connection() as connection:
            await keep_payloads(connection, made)
        return made

    async def _in_sight(self, webhook: Webhook, delivery: Delivery) -> tuple[Snapshot, Object]:
        """The object, as the role sees it. Raises OutOfSight."""
        snapshot = await self._workspaces.snapshot(webhook.workspace_id)
        roles = narrowing(webhook.role)
        seen = snapshot if roles is None else self._sights.of(snapshot, roles)
        of = None if delivery.object_id is None else seen.objects.get(delivery.object_id)
        if of is None or not (of.is_visible and of.may("READ")):
            raise OutOfSight
        return seen, of

    def _whole(self, seen: Snapshot, of: Object) -> Whole:
        key = (seen.fingerprint, of.name_singular)
        return self._wholes_known.get(key) or self._wholes_known.put(
            key, Whole.of(self._engine.schema(seen).view[of.name_singular])
        )

    async def _answer(self, webhook: Webhook, delivery: Delivery) -> dict[str, Any]:
        return {"record": await self._documents.answer(webhook, delivery.subject)}


def _encoded(delivery: Delivery, of: Object, told: dict[str, Any]) -> bytes:
    tells_actor = any(each.column == ACTOR and each.is_visible for each in of.fields.values())
    head = heading(delivery, tells_actor=tells_actor)
    return encoded(delivery.type, delivery.at, {**head, **told})
