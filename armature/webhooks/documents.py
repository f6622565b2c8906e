"""The answers of payloads' documents: queries of tenants, in a worker that serves all. So they are bounded in time, in
size, and in how many run at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec

from armature.core.errors import ArmatureError, Conflict
from armature.core.settings import Settings
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.text import Streamed
from armature.webhooks.fit import ID
from armature.webhooks.sight import caller_of
from armature.webhooks.webhook import Webhook

PATIENCE = 5.0  # seconds
LONGEST = 1_000_000  # bytes

SHARE = 4
"""Of the worker's connections, documents have one of so many; relays and deliveries have the others."""

OF_A_WORKSPACE = 2


class DocumentFailed(Conflict):
    def __init__(self, message: str) -> None:
        super().__init__(f"The document of the webhook could not be run: {message}")


class Answered(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[dict[str, Any]] = []


class Documents:
    """Of one process."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._free = asyncio.Semaphore(max(1, settings.database_pool_size // SHARE))
        self._of_workspaces: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    async def answer(self, webhook: Webhook, record: UUID) -> msgspec.Raw:
        """Of the record as it is now. Raises DocumentFailed."""
        operation = Operation(webhook.document or "", {ID: str(record)}, is_stored=True)
        async with self._turn(webhook.workspace_id):
            found = await self._run(webhook, operation)
        if found.errors:
            raise DocumentFailed(str(found.errors[0].get("message")))
        return found.data

    @asynccontextmanager
    async def _turn(self, workspace_id: UUID) -> AsyncIterator[None]:
        """Those of a workspace wait for each other first, and then for others."""
        own = self._of_workspaces.setdefault(workspace_id, asyncio.Semaphore(OF_A_WORKSPACE))
        async with own, self._free:
            yield

    async def _run(self, webhook: Webhook, operation: Operation) -> Answered:
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._engine.execute(operation, webhook.workspace_id, caller_of(webhook.role))
        except TimeoutError:
            raise DocumentFailed(f"it took more than {PATIENCE:.0f} seconds.") from None
        except ArmatureError as error:
            raise DocumentFailed(error.message) from error
        assert not isinstance(answer.body, Streamed)  # noqa: S101  only introspection is
        if len(answer.body) > LONGEST:
            raise DocumentFailed(f"its answer is longer than {LONGEST:,} bytes.")
        return msgspec.json.decode(answer.body, type=Answered)
