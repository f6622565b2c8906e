"""The models this process knows: the newest snapshot of each workspace in use, kept fresh by notices.

While notices arrive, a known snapshot is the newest or its successor is named by one; when they stop, every request
asks for the version.
"""

import asyncio
from typing import Any
from uuid import UUID

from armature.core.db import Database
from armature.core.lru import Lru
from armature.core.notices import Listener
from armature.metadata.model import Snapshot
from armature.metadata.store import load_snapshot

FIELDS = 100
"""So many weigh 1 in the memory of models: a twelfth of a megabyte."""


class Workspaces:
    def __init__(self, db: Database, listener: Listener, size: int) -> None:
        self._db = db
        self._listener = listener
        self._known: Lru[UUID, Snapshot] = Lru(size)
        self._heard_of: dict[UUID, int] = {}
        self._loading: dict[UUID, asyncio.Lock] = {}
        self._coming: dict[UUID, asyncio.Task[Snapshot]] = {}
        self._misses = 0
        listener.on_notice(self._heard)
        listener.on_missed(self._missed)

    def known(self, workspace_id: UUID) -> Snapshot | None:
        """The newest snapshot where that is certain without asking the database."""
        found = self._known.get(workspace_id) if self._listener.listening else None
        return found if found is not None and self._heard_of.get(workspace_id, 0) <= found.version else None

    def last(self, workspace_id: UUID) -> Snapshot | None:
        """The last snapshot seen, perhaps not the newest: a start for loading what changed since."""
        return self._known.get(workspace_id)

    async def snapshot(self, workspace_id: UUID) -> Snapshot:
        """The newest snapshot. Raises NotFound."""
        return self.known(workspace_id) or await self.newest(workspace_id)

    async def newest(self, workspace_id: UUID) -> Snapshot:
        """The newest snapshot, asked of the database after this call began; who asks meanwhile shares the next one."""
        coming = self._coming.get(workspace_id)
        if coming is None:
            coming = self._coming[workspace_id] = asyncio.create_task(self._next(workspace_id))
        return await asyncio.shield(coming)

    async def _next(self, workspace_id: UUID) -> Snapshot:
        """Wait for the load that runs, if one does; then begin another, for which later callers are too late."""
        async with self._loading.setdefault(workspace_id, asyncio.Lock()):
            del self._coming[workspace_id]
            try:
                return await self._load(workspace_id)
            finally:
                if workspace_id not in self._coming:
                    del self._loading[workspace_id]

    async def _load(self, workspace_id: UUID) -> Snapshot:
        """What is heard while loading counts: the result is then outdated, or, if notices were missed, not kept."""
        misses = self._misses
        async with self._db.connection() as connection:
            found = await load_snapshot(connection, workspace_id, self._known.get(workspace_id))
        if misses == self._misses:
            self.put(found)
        return found

    def put(self, snapshot: Snapshot) -> None:
        """Remember a snapshot just made or loaded; an older one than known is ignored."""
        known = self._known.get(snapshot.workspace_id)
        if known is None or known.version <= snapshot.version:
            self._known.put(snapshot.workspace_id, snapshot, _weight(snapshot))
        if self._heard_of.get(snapshot.workspace_id, 0) <= snapshot.version:
            self._heard_of.pop(snapshot.workspace_id, None)

    def _heard(self, notice: dict[str, Any]) -> None:
        """A workspace without a version is one that is gone."""
        if "workspace" not in notice:
            return
        workspace_id = UUID(notice["workspace"])
        if "version" not in notice:
            self._known.drop(workspace_id)
        elif workspace_id in self._loading or self._known.get(workspace_id) is not None:
            self._heard_of[workspace_id] = max(notice["version"], self._heard_of.get(workspace_id, 0))

    def _missed(self) -> None:
        self._misses += 1
        self._known.clear()
        self._heard_of.clear()


def _weight(snapshot: Snapshot) -> int:
    return 1 + sum([len(each.fields) for each in snapshot.objects.values()]) // FIELDS
