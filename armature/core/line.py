"""Those who wait for a place: first come, first served, but for places that somebody in line was at before."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Any, TypeAlias

Turn: TypeAlias = "asyncio.Future[Any]"
"""Its result will be the place, and what is there."""


class Line:
    """Each waits in the one line, and in those of the places it wants: who was served leaves the others later."""

    def __init__(self, places: int) -> None:
        self._all: deque[tuple[Turn, int]] = deque()  # with how many had been served when it came
        self._at: tuple[deque[Turn], ...] = tuple(deque() for _ in range(places))
        self._served = 0
        self._patience = 2 * places

    def join(self, turn: Turn, wanted: Iterable[int]) -> None:
        self._all.append((turn, self._served))
        for each in wanted:
            line = self._at[each]
            while line and line[0].done():
                line.popleft()
            line.append(turn)

    def serve(self, place: int, what: object) -> bool:
        """Whether there was somebody. Who came first is not passed over more often than `_patience` times."""
        everybody, here = self._all, self._at[place]
        while everybody and everybody[0][0].done():
            everybody.popleft()
        if not everybody:
            return False
        while here and here[0].done():
            here.popleft()
        turn, came = everybody[0]
        if here and self._served - came < self._patience:
            turn = here[0]
        turn.set_result((place, what))
        self._served += 1
        return True

    def refuse(self, error: Exception) -> None:
        """All of them."""
        for turn, _ in self._all:
            if not turn.done():
                turn.set_exception(error)
        self._all.clear()
