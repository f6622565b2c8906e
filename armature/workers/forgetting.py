"""The job that deletes events which are too old, or more than a workspace keeps."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from armature.core.db import Connection, alone
from armature.events.growth import inserted
from armature.events.names import schema_of
from armature.events.numbering import last_position
from armature.events.retention import forget_events
from armature.workers.relay import GONE
from armature.workers.task import Task

KIND = "forget events"

Needed = Callable[[Connection, UUID], Awaitable[int | None]]
"""`needed(connection, workspace_id)`: the first position that something still waits for, if any."""

NEEDED: tuple[Needed, ...] = ()
"""What keeps events, within their lifetime, though there are too many of them."""


async def forget(task: Task, needed: tuple[Needed, ...] = NEEDED) -> None:
    """On a connection of its own, which looks into every workspace and remembers none."""
    lifetime = timedelta(seconds=task.settings.events_lifetime)
    async with alone(task.db) as connection:
        workspaces = [UUID(hex=each) for each in await inserted(connection)]
        for done, id_ in enumerate(workspaces):
            task.progress = done / len(workspaces)
            try:
                too_many = await _too_many(connection, id_, task.settings.events_kept, needed)
                await forget_events(connection, schema_of(id_), lifetime, too_many)
            except GONE:
                continue


async def _too_many(connection: Connection, workspace_id: UUID, kept: int, needed: tuple[Needed, ...]) -> int:
    """The last position that goes for there being too many."""
    first_needed = [await each(connection, workspace_id) for each in needed]
    last = await last_position(connection, schema_of(workspace_id))
    return min([last - kept, *(each - 1 for each in first_needed if each is not None)])
