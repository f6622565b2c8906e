"""A delivery gets its payload, when it is first sent: by the model as it is then, as its webhook's role sees it."""

from typing import Any

from armature.core.db import Database
from armature.core.errors import Conflict
from armature.core.lru import Lru
from armature.core.settings import Settings
from armature.metadata.model import Object, Snapshot
from armature.metadata.role_names import narrowing
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.sights import Sights
from armature.schema_builder.run.workspaces import Workspaces
from armature.webhooks.delivery import Delivery
from armature.webhooks.documents import Documents
from armature.webhooks.outcomes import keep_payload
from armature.webhooks.payload import Whole, encoded, heading
from armature.webhooks.webhook import Webhook

REMEMBERED = 500

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
        self._wholes: Lru[tuple[bytes, str], Whole] = Lru(REMEMBERED)

    async def payload(self, webhook: Webhook, delivery: Delivery) -> bytes:
        """The same in every attempt. Raises ArmatureError where it can't be made by the model as it is."""
        if delivery.payload is not None:
            return delivery.payload
        seen, of = await self._in_sight(webhook, delivery)
        told = await (self._whole(seen, of, delivery) if webhook.document is None else self._answer(webhook, delivery))
        head = heading(
            delivery, tells_actor=any(each.column == ACTOR and each.is_visible for each in of.fields.values())
        )
        payload = encoded(delivery.type, delivery.at, {**head, **told})
        async with self._db.connection() as connection:
            await keep_payload(connection, delivery, payload)
        return payload

    async def _in_sight(self, webhook: Webhook, delivery: Delivery) -> tuple[Snapshot, Object]:
        """The object, as the role sees it. Raises OutOfSight."""
        snapshot = await self._workspaces.snapshot(webhook.workspace_id)
        roles = narrowing(webhook.role)
        seen = snapshot if roles is None else self._sights.of(snapshot, roles)
        of = None if delivery.object_id is None else seen.objects.get(delivery.object_id)
        if of is None or not (of.is_visible and of.may("READ")):
            raise OutOfSight
        return seen, of

    async def _whole(self, seen: Snapshot, of: Object, delivery: Delivery) -> dict[str, Any]:
        key = (seen.fingerprint, of.name_singular)
        whole = self._wholes.get(key)
        if whole is None:
            whole = self._wholes.put(key, Whole.of(self._engine.schema(seen).view[of.name_singular]))
        async with self._db.connection(seen.schema) as connection:
            return await whole.told(connection, seen.schema, delivery)

    async def _answer(self, webhook: Webhook, delivery: Delivery) -> dict[str, Any]:
        return {"record": await self._documents.answer(webhook, delivery.subject)}
