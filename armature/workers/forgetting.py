"""The job that deletes events which are too old, or more than a workspace keeps.

Nothing waits for them any more: what follows from an event was written with its position, and has what it needs.
"""

from datetime import timedelta
from uuid import UUID

from armature.core.db import alone
from armature.events.growth import inserted
from armature.events.names import schema_of
from armature.events.numbering import last_position
from armature.events.retention import forget_events
from armature.workers.relay import GONE
from armature.workers.task import Task

KIND = "forget events"


async def forget(task: Task) -> None:
    """On a connection of its own, which looks into every workspace and remembers none."""
    lifetime, kept = timedelta(seconds=task.settings.events_lifetime), task.settings.events_kept
    async with alone(task.db) as connection:
        schemas = [schema_of(UUID(hex=each)) for each in await inserted(connection)]
        for done, schema in enumerate(schemas):
            task.progress = done / len(schemas)
            try:
                last = await last_position(connection, schema)
                await forget_events(connection, schema, lifetime, last - kept)
            except GONE:
                continue
