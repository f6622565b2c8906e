"""Jobs that come again and again, by themselves: one of a kind in a while, however many workers there are."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import and_, exists, func, or_, select, text

from armature.core.db import Connection, Database, fetch_value
from armature.jobs.job import NewJob
from armature.jobs.ledger import enqueue
from armature.metadata.tables import jobs
from armature.workers import upkeep

SCHEDULE: Mapping[str, timedelta] = {upkeep.KIND: upkeep.EVERY}

LOOK = 60.0
"""Seconds between two looks at whether one is due."""


async def enqueue_due(db: Database, kinds: Collection[str]) -> None:
    """Those of these kinds of which none waits, runs, or was done a short while ago."""
    for kind in SCHEDULE.keys() & set(kinds):
        async with db.transaction() as connection:
            if not await _was_done(connection, kind, SCHEDULE[kind]):
                await enqueue(connection, NewJob(kind=kind))


async def _was_done(connection: Connection, kind: str, lately: timedelta) -> bool:
    is_open = text("state IN ('queued', 'running')")
    of_kind = and_(jobs.c.kind == kind, or_(is_open, jobs.c.finished_at > func.now() - lately))
    found: bool = await fetch_value(connection, select(exists().where(of_kind)))
    return found
