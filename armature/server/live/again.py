"""Work that is asked for again and again: one at a time, and, however often it is asked for, one more to come."""

import asyncio
from collections.abc import Awaitable, Callable


class Again:
    """`work` sees to its own errors."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._is_wanted = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def ask(self) -> None:
        """It will begin after now, once more."""
        self._is_wanted = True
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def ask_later(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self.ask)

    async def settled(self) -> None:
        """Returns when nothing is to be done."""
        while self._task is not None:
            await asyncio.wait([self._task])

    def cancel(self) -> None:
        """In the middle of it, too."""
        self._is_wanted = False
        if self._task is not None:
            self._task.cancel()

    async def stop(self) -> None:
        self.cancel()
        await self.settled()

    async def _run(self) -> None:
        try:
            while self._is_wanted:
                self._is_wanted = False
                await self._work()
        finally:
            self._task = None
