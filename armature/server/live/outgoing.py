"""What is on its way to one client: in order, and no more than so much. One that reads too slowly is dropped."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from armature.core.settings import Settings

Message = tuple[bytes, ...]
"""In parts, so that many clients share those that are the same."""


@dataclass(frozen=True, slots=True)
class Room:
    """For one client: messages, and bytes of them."""

    messages: int
    bytes: int

    @classmethod
    def of(cls, settings: Settings) -> "Room":
        return cls(settings.live_unsent, settings.live_unsent_bytes)


class Outgoing:
    """`drop` is called once where there is no room for more; nothing is sent after that."""

    __slots__ = ("_drop", "_is_closed", "_room", "_send", "_size", "_task", "_waiting")

    def __init__(self, send: Callable[[bytes], Awaitable[None]], room: Room, drop: Callable[[], None]) -> None:
        self._send = send
        self._room = room
        self._drop = drop
        self._waiting: deque[Message] = deque()
        self._size = 0
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def put(self, *parts: bytes) -> None:
        if self._is_closed:
            return
        self._waiting.append(parts)
        self._size += sum(map(len, parts))
        if len(self._waiting) > self._room.messages or (self._size > self._room.bytes and len(self._waiting) > 1):
            self.close()
            self._drop()
        elif self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._drain())

    @property
    def unsent(self) -> Room:
        """What waits."""
        return Room(len(self._waiting), self._size)

    def close(self) -> None:
        """What waits is forgotten."""
        self._is_closed = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def sent(self) -> None:
        """Returns when nothing waits any more."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _drain(self) -> None:
        try:
            while self._waiting:
                parts = self._waiting.popleft()
                await self._send(b"".join(parts))
                self._size -= sum(map(len, parts))
        except OSError:  # the client is gone; whoever receives from it hears so as well
            self._is_closed = True
            self._waiting.clear()
        finally:
            self._task = None
