"""What is on its way to one client: in order, and no more than so much. One that reads too slowly is dropped."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from armature.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Room:
    """For one client: messages, and bytes of them."""

    messages: int
    bytes: int

    @classmethod
    def of(cls, settings: Settings) -> "Room":
        return cls(settings.live_unsent, settings.live_unsent_bytes)


class Message:
    """In parts, so that many clients share those that are the same; empty once it is on its way, or forgotten."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[bytes, ...]) -> None:
        self.parts = parts

    @property
    def is_waiting(self) -> bool:
        return bool(self.parts)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))

    def take(self) -> bytes:
        parts, self.parts = self.parts, ()
        return b"".join(parts)


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

    def put(self, *parts: bytes) -> Message:
        message = Message(parts)
        if not self._is_closed:
            self._waiting.append(message)
            self._grow(message.size)
        return message

    def replace(self, last: Message | None, *parts: bytes) -> Message:
        """What takes the place of the last one, where that still waits, and else comes after all others."""
        if last is None or not last.is_waiting:
            return self.put(*parts)
        before, last.parts = last.size, parts
        self._grow(last.size - before)
        return last

    def _grow(self, size: int) -> None:
        self._size += size
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
        self._forget()
        if self._task is not None:
            self._task.cancel()

    async def sent(self) -> None:
        """Returns when nothing waits any more."""
        while self._task is not None:
            await asyncio.wait([self._task])

    def _forget(self) -> None:
        for each in self._waiting:
            each.take()
        self._waiting.clear()
        self._size = 0

    async def _drain(self) -> None:
        try:
            while self._waiting:
                text = self._waiting.popleft().take()
                await self._send(text)
                self._size -= len(text)
        except OSError:  # the client is gone; whoever receives from it hears so as well
            self._is_closed = True
            self._forget()
        finally:
            self._task = None
