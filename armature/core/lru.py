"""A bounded memory: what was used longest ago leaves first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Lru(Generic[K, V]):
    """Holds what weighs `size` together. Not for several threads at once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._weight = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, weight: int = 1) -> V:
        """What weighs more than everything may is not kept."""
        self.drop(key)
        if weight <= self._size:
            self._kept[key] = value, weight
            self._weight += weight
        while self._weight > self._size:
            self.drop(next(iter(self._kept)))
        return value

    def drop(self, key: K) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._weight -= found[1]

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def drop_where(self, unwanted: Callable[[K, V], bool]) -> None:
        for key in [key for key, (value, _) in self._kept.items() if unwanted(key, value)]:
            self.drop(key)

    def clear(self) -> None:
        self._kept.clear()
        self._weight = 0
