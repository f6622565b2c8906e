"""Which workspaces let pages of which other origins call for them. Every process knows all of them, by a notice."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import func, select

from armature.core.db import Database, fetch
from armature.core.notices import Listener
from armature.metadata.account_tables import workspace_settings
from armature.metadata.tables import workspaces
from armature.server.auth.workspace_settings import ORIGINS_CHANGED
from armature.server.graphql.failures import CrossSite

PAUSE = 1.0  # seconds before the database is asked again

log = structlog.get_logger(__name__)


class Origins:
    """Empty until it is started; `listed` are those of the setting, which may call for every workspace."""

    def __init__(self, listed: tuple[str, ...]) -> None:
        self._listed = frozenset(each.encode() for each in listed)
        self._workspaces: Mapping[bytes, set[UUID]] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self, db: Database, listener: Listener) -> None:
        listener.on_notice(self._heard)
        listener.on_missed(self._changed.set)
        try:
            self._workspaces = await _known(db)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):  # `armature migrate` is still to come
            self._changed.set()
        self._task = asyncio.create_task(self._keep_up(db))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def may_call(self, origin: str) -> bool:
        """For some workspace; which one, nobody can say before the caller is known."""
        return origin.encode("latin-1", "replace") in self._workspaces

    def may_connect(self, origin: bytes) -> bool:
        """A WebSocket, of which browsers ask nobody."""
        return origin in self._listed or b"*" in self._listed or origin in self._workspaces

    def check(self, origin: bytes, workspace_id: UUID | None) -> None:
        """Once the caller is known. Raises CrossSite where it is others whose pages these are."""
        theirs = self._workspaces.get(origin)
        if theirs is None or workspace_id is None or workspace_id in theirs or origin in self._listed:
            return
        if b"*" not in self._listed:
            raise CrossSite

    def _heard(self, notice: dict[str, Any]) -> None:
        if notice == ORIGINS_CHANGED:
            self._changed.set()

    async def _keep_up(self, db: Database) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                self._workspaces = await _known(db)
            except Exception as error:  # noqa: BLE001  asked again in a moment
                log.warning("origins not known", cause=type(error).__name__)
                self._changed.set()
                await asyncio.sleep(PAUSE)


async def _known(db: Database) -> Mapping[bytes, set[UUID]]:
    some = (
        select(workspace_settings.c.workspace_id, workspace_settings.c.cors_origins)
        .join(workspaces, workspaces.c.id == workspace_settings.c.workspace_id)
        .where(func.cardinality(workspace_settings.c.cors_origins) > 0, workspaces.c.deleted_at.is_(None))
    )
    found: defaultdict[bytes, set[UUID]] = defaultdict(set)
    async with db.connection() as connection:
        for row in await fetch(connection, some):
            for origin in row["cors_origins"]:
                found[origin.encode()].add(row["workspace_id"])
    return dict(found)
