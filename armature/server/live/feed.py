"""What this process hears of events, for the workspaces that somebody listens to.

Whoever listens is told, too, when something may have been missed: where nobody listened for a while, or where positions
are not in a row.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import msgspec
import structlog

from armature.events.channel import Announced, channel_of, read_announcement
from armature.server.live.channels import PATIENCE, Channels

log = structlog.get_logger(__name__)


class Feed:
    """`on_events` is called with a workspace and what is announced, `on_missed` with one where something was missed."""

    def __init__(
        self, channels: Channels, on_events: Callable[[UUID, Announced], None], on_missed: Callable[[UUID], None]
    ) -> None:
        self.on_events = on_events
        self.on_missed = on_missed
        self._channels = channels
        self._followed: dict[UUID, Followed] = {}

    async def follow(self, workspace_id: UUID) -> None:
        """Returns when nothing that happens from now on is missed.

        Where Valkey is away, it returns soon; what happened until it is back counts as missed then.
        """
        followed = self._followed.get(workspace_id)
        if followed is None:
            followed = self._followed[workspace_id] = Followed(self, workspace_id)
            self._channels.listen(channel_of(workspace_id), followed)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await followed.has_begun.wait()

    def leave(self, workspace_id: UUID) -> None:
        if self._followed.pop(workspace_id, None) is not None:
            self._channels.leave(channel_of(workspace_id))


class Followed:
    """One workspace. `has_begun` is set while Valkey tells of it; `_last` is the last position that it told of."""

    def __init__(self, feed: Feed, workspace_id: UUID) -> None:
        self.has_begun = asyncio.Event()
        self._feed = feed
        self._workspace_id = workspace_id
        self._last: int | None = None

    def begin(self) -> None:
        """Perhaps later than somebody has waited for it."""
        self.has_begun.set()
        self._last = None
        self._feed.on_missed(self._workspace_id)

    def hear(self, said: bytes) -> None:
        try:
            announced = read_announcement(said)
        except msgspec.MsgspecError:
            log.warning("unreadable announcement", workspace=str(self._workspace_id))
            return
        if self._last is not None and announced.first > self._last + 1:
            self._feed.on_missed(self._workspace_id)
        self._last = max(announced.last, self._last or 0)
        self._feed.on_events(self._workspace_id, announced)
