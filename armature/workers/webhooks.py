"""What a worker does for webhooks: matches events, tells of versions of models, delivers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from armature.core.acting import ACTING, Acting
from armature.core.db import Database
from armature.core.ending import end
from armature.core.errors import NotFound, Unavailable
from armature.core.notices import Listener, Notice
from armature.core.outbound import networks_of
from armature.core.sealing import Sealing, secret_keys
from armature.core.settings import Settings
from armature.jobs.tally import Tally
from armature.schema_builder.run.document import DocumentReader
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.workspaces import Workspaces
from armature.webhooks.composing import Composer
from armature.webhooks.matching import Matching
from armature.webhooks.model_events import tell_of_versions
from armature.webhooks.scribe import Scribe
from armature.webhooks.turn import Means
from armature.workers.couriers import TROUBLE, Courier

log = structlog.get_logger("armature.webhooks")

LOOK = 60.0  # seconds between two looks at all models where no notice comes


class Webhooks:
    """`matching` is for the relay. Without the key that opens their secrets, nothing is delivered."""

    def __init__(self, db: Database, settings: Settings, listener: Listener, tally: Tally | None = None) -> None:
        self._db = db
        self._workspaces = Workspaces(db, listener, settings.workspace_cache_size)
        engine = Engine(db, settings, self._workspaces, DocumentReader(settings))
        self.matching = Matching(self._workspaces, engine, settings.shape_cache_size)
        self._courier: Courier | None = None
        if settings.secret_key is not None:
            sealing = Sealing(secret_keys(settings.secret_key, settings.old_secret_key))
            composer = Composer(db, settings, self._workspaces, engine)
            tally = tally or Tally()
            networks = networks_of(settings.outbound_networks)
            means = Means(db, sealing, composer, networks, Scribe(db, tally), tally)
            self._courier = Courier(means, listener)
        self._changed: set[UUID] = set()
        self._is_due = asyncio.Event()
        listener.on_notice(self._heard)
        listener.on_missed(self._is_due.set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        if self._courier is None:
            log.warning("webhooks.not_delivered", why="ARMATURE_SECRET_KEY is not set.")
            yield
            return
        looking = asyncio.create_task(self._keep_telling())
        try:
            async with self._courier.running():
                yield
        finally:
            await end([looking])

    def _heard(self, notice: Notice) -> None:
        if "workspace" in notice and "version" in notice:
            self._changed.add(UUID(notice["workspace"]))
            self._is_due.set()

    async def _keep_telling(self) -> None:
        """Of all models at first, of those that changed as it is heard, of all again now and then."""
        ACTING.set(Acting("worker"))
        is_heard = False
        while True:
            changed, self._changed = self._changed, set()
            self._is_due.clear()
            for each in changed if is_heard and changed else (None,):
                await self._told(each)
            try:
                async with asyncio.timeout(LOOK):
                    is_heard = await self._is_due.wait()
            except TimeoutError:
                is_heard = False

    async def _told(self, workspace_id: UUID | None) -> None:
        try:
            await tell_of_versions(self._db, self._workspaces, workspace_id)
        except (NotFound, Unavailable):  # a workspace that was deleted meanwhile; of the other, the worker tells, once
            return
        except TROUBLE:
            log.exception("webhooks.model_not_told")
