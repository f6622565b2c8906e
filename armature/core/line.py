"""Those who wait for a place: first come, first served, but for places that somebody in line was at before."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any, TypeAlias

Turn: TypeAlias = "asyncio.Future[Any]"
"""Its result will be the place, and what is there."""


@dataclass(slots=True, eq=False)
class _Waiter:
    turn: Turn
    wanted: tuple[int, ...]
    came: int
    """How many had been served by then."""


class Line:
    """Each waits in the one line, and in those of the places it wants: who was served leaves the others later."""

    def __init__(self, places: int) -> None:
        self._all: deque[_Waiter] = deque()
        self._at: tuple[deque[_Waiter], ...] = tuple(deque() for _ in range(places))
        self._served = 0
        self._patience = 2 * places

    def join(self, turn: Turn, wanted: tuple[int, ...]) -> None:
        waiter = _Waiter(turn, wanted, self._served)
        self._all.append(waiter)
        for each in wanted:
            self._at[each].append(waiter)

    def serve(self, place: int, what: object) -> bool:
        """Whether there was somebody. Who came first is not passed over more often than `_patience` times."""
        everybody, here = self._all, self._at[place]
        _forget_served(everybody)
        if not everybody:
            return False
        _forget_served(here)
        waiter = here[0] if here and self._served - everybody[0].came < self._patience else everybody[0]
        waiter.turn.set_result((place, what))
        self._served += 1
        for each in waiter.wanted:
            _forget_served(self._at[each])
        return True

    def refuse(self, error: Exception) -> None:
        """All of them."""
        for waiter in self._all:
            if not waiter.turn.done():
                waiter.turn.set_exception(error)
        for line in (self._all, *self._at):
            line.clear()


def _forget_served(line: deque[_Waiter]) -> None:
    while line and line[0].turn.done():
        line.popleft()
