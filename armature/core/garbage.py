"""How Python looks for garbage in a server: often among what is new, seldom among what has been kept for long.

A search through everything stops everybody, for a second where there are two million objects: the models of a hundred
workspaces. So what survives a search is left out of the next ones. It is freed all the same when nobody refers to it,
but for cycles: those wait for a search through everything, when there is twice as much as after the last.
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

FEW = 3_000_000
"""Objects that are not worth a search of their own: half a gigabyte, the models of a hundred large workspaces."""


class Garbage:
    def __init__(self) -> None:
        self._kept = 0  # at most: some of it may be gone
        self._enough = FEW

    def searched(self, phase: str, info: Mapping[str, Any]) -> None:
        """Python calls it before and after each search."""
        if phase == "stop" and info["generation"] == OLDEST:
            self._keep()

    def _keep(self) -> None:
        self._kept += len(gc.get_objects(OLDEST))
        gc.freeze()
        if self._kept <= self._enough:
            return
        self._kept = gc.get_freeze_count()
        if self._kept > self._enough:
            gc.unfreeze()  # the next search is through everything
            self._enough = FEW + 2 * self._kept
            self._kept = 0


OLDEST = 2


ROUNDS = 3
"""Searches of what is young until one of all that is not kept yet: Python's own are ten, and that one takes longer."""


@contextmanager
def searching_seldom() -> Iterator[None]:
    searched, usual = Garbage().searched, gc.get_threshold()
    gc.callbacks.append(searched)
    gc.set_threshold(*usual[:2], ROUNDS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.callbacks.remove(searched)
