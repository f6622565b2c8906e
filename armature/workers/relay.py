"""From events to work: takes marked workspaces, numbers their events, lets the consumers write what follows, tells.

A batch is one transaction, and a workspace that has more goes to the end of the line. Several relays share the
workspaces; one that dies leaves its marks to the others.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from armature.core.db import UNREACHABLE, Database
from armature.core.ending import end
from armature.core.errors import NotFound, Unavailable
from armature.events.channel import Announced, announcement, channel_of
from armature.events.marks import Marks, Outcome, Taken
from armature.events.names import schema_of
from armature.events.numbering import Batch, last_position, lock_numbering, number
from armature.jobs.tally import Tally
from armature.workers.consumers import CONSUMERS, Consume

log = structlog.get_logger("armature.relay")

ROWS, SIZE = 1_000, 8_000_000
"""The most of a batch, in events and in bytes as PostgreSQL keeps them."""

AT_ONCE = 4
LONGEST_WAIT = 5.0  # seconds, for a bell that may have been lost
TAKEN_ALREADY = 20  # ms until a workspace that another relay is at is looked at again
SET_ASIDE = 60_000
"""ms until a workspace that is out of sight is tried again: it may be brought back, and its events wait for that."""

IN_TROUBLE = 1_000  # ms before the next try where something went wrong

TROUBLE = (Unavailable, *UNREACHABLE, asyncpg.PostgresError, asyncpg.InterfaceError)
GONE = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)


@dataclass(frozen=True, slots=True)
class Relayed:
    """`last` is the workspace's last position now."""

    batch: Batch
    last: int


async def relay_batch(db: Database, workspace_id: UUID, consumers: Sequence[Consume] = CONSUMERS) -> Relayed | None:
    """Number a batch of events, with what follows from them; None where somebody else is at it."""
    schema = schema_of(workspace_id)
    async with db.transaction(schema) as connection:
        if not await lock_numbering(connection, workspace_id):
            return None
        batch = await number(connection, schema, ROWS, SIZE)
        if not batch.events:
            return Relayed(batch, await last_position(connection, schema))
        for consume in consumers:
            await consume(connection, workspace_id, schema, batch.events)
    return Relayed(batch, batch.events[-1].position)


class Relay:
    """Takes what is marked while `relaying`. Commands of `redis` may block for LONGEST_WAIT."""

    def __init__(
        self, db: Database, redis: Redis, consumers: Sequence[Consume] = CONSUMERS, tally: Tally | None = None
    ) -> None:
        self._db = db
        self._tally = tally or Tally()
        self.consumers = consumers
        self.marks = Marks(redis)
        self._free = asyncio.Semaphore(AT_ONCE)
        self._at_work: dict[str, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_lost = False

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        """What is at work when it ends is ended in the middle: its transaction is undone, its mark comes back."""
        taking = asyncio.create_task(self._keep_taking())
        try:
            yield
        finally:
            await end([taking])
            await end(self._tasks)

    async def _keep_taking(self) -> None:
        while True:
            await self._free.acquire()
            taken = await self._taken()
            for workspace in taken.workspaces:
                self._begin(workspace, taken.until)
            if not taken.workspaces:
                self._free.release()

    async def _taken(self) -> Taken:
        """One workspace, or none after a while."""
        try:
            taken = await self.marks.take(1)
            if not taken.workspaces:
                await self.marks.wait(LONGEST_WAIT if taken.wait is None else min(taken.wait + 0.001, LONGEST_WAIT))
        except (RedisError, OSError) as error:
            if not self._is_lost:
                log.warning("relay.waits", why="Valkey can't be reached.", cause=repr(error))
            self._is_lost = True
            await asyncio.sleep(IN_TROUBLE / 1_000)
            return Taken((), 0, None)
        self._is_lost = False
        return taken

    def _begin(self, workspace: str, until: int) -> None:
        """One that this relay is at already, and which was marked meanwhile, comes again when that is done."""
        if workspace in self._at_work:
            self._at_work[workspace] = True
            self._free.release()
            return
        self._at_work[workspace] = False
        task = asyncio.create_task(self._work(workspace, until))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, workspace: str, until: int) -> None:
        try:
            await self.marks.settle(workspace, until, await self._outcome(workspace))
        except (RedisError, OSError):
            log.debug("relay.unsettled", workspace=workspace)  # its mark comes back when our time is over
        finally:
            is_marked = self._at_work.pop(workspace)
            self._free.release()
        if is_marked:
            with suppress(RedisError, OSError):  # as above
                await self.marks.mark([workspace])

    async def _outcome(self, workspace: str) -> Outcome:
        id_ = UUID(hex=workspace)
        try:
            relayed = await relay_batch(self._db, id_, self.consumers)
        except GONE:
            return Outcome()
        except NotFound:
            return Outcome(SET_ASIDE, "unknown")
        except TROUBLE as error:
            log.warning("relay.failed", workspace=workspace, cause=repr(error))
            return Outcome(IN_TROUBLE, "failed")
        except Exception:  # a consumer's; nothing that follows from these events may be lost, so they wait
            log.exception("relay.failed", workspace=workspace)
            return Outcome(IN_TROUBLE, "failed")
        if relayed is None:
            return Outcome(TAKEN_ALREADY, "unknown")
        self._tally.add("events", by=len(relayed.batch.events))
        return outcome_of(id_, relayed)


def outcome_of(workspace_id: UUID, relayed: Relayed) -> Outcome:
    """Who listens is told in any case: a relay may have died between its transaction and its notice."""
    events = relayed.batch.events
    first = events[0].position if events else relayed.last + 1
    notice = announcement(Announced(first, relayed.last, tuple(sorted({each.table for each in events}))))
    if not relayed.batch.is_cut:
        return Outcome(channel=channel_of(workspace_id), notice=notice)
    return Outcome(0, int(events[-1].at.timestamp() * 1_000), channel_of(workspace_id), notice)
