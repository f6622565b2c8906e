"""Work that is done at once where it has not been done lately, and after a moment where it has."""

import asyncio
from collections.abc import Callable


class Unhurried:
    """However often it is asked for, `work` is not called twice within so many seconds."""

    def __init__(self, seconds: float, work: Callable[[], None]) -> None:
        self._seconds = seconds
        self._work = work
        self._next = 0.0
        self._at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        self.ask_at(0.0)

    def ask_at(self, time: float) -> None:
        """Not before this time of the loop's clock."""
        wanted = max(time, self._next)
        if self._timer is not None:
            if self._at <= wanted:
                return
            self._timer.cancel()
        self._at = wanted
        self._timer = asyncio.get_running_loop().call_at(wanted, self._run)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self) -> None:
        self._timer = None
        self._next = asyncio.get_running_loop().time() + self._seconds
        self._work()
