"""The job that deletes events which are too old, or more than a workspace keeps, by number or by bytes.

Nothing waits for them any more: what follows from an event was written with its position, and has what it needs.
"""

from datetime import timedelta
from uuid import UUID

from armature.core.db import Connection, alone
from armature.core.settings import Settings
from armature.events.growth import inserted
from armature.events.names import schema_of
from armature.events.numbering import last_position
from armature.events.retention import forget_events, too_large
from armature.workers.relay import GONE
from armature.workers.task import Task

KIND = "forget events"


async def forget(task: Task) -> None:
    """On a connection of its own, which looks into every workspace and remembers none."""
    async with alone(task.db) as connection:
        schemas = [schema_of(UUID(hex=each)) for each in await inserted(connection)]
        for done, schema in enumerate(schemas):
            task.progress = done / len(schemas)
            try:
                await _forget(connection, schema, task.settings)
            except GONE:
                continue


async def _forget(connection: Connection, schema: str, settings: Settings) -> None:
    too_many = await last_position(connection, schema) - settings.events_kept
    too_much = max(too_many, await too_large(connection, schema, settings.events_size))
    await forget_events(connection, schema, timedelta(seconds=settings.events_lifetime), too_much)
