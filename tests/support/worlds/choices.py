"""Where chance comes from: hypothesis, which can shrink what it chose, or a seed, which is fast."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices:
    """Everything is made of `below`: a number from 0 up to but not including n. Zero is always the simplest choice."""

    def __init__(self, below: Callable[[int], int]) -> None:
        self.below = below

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        return self.below(100) >= 100 - percent

    def pick(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def weighted(self, options: Sequence[tuple[int, T]]) -> T:
        at = self.below(sum(weight for weight, _ in options))
        for weight, option in options:
            at -= weight
            if at < 0:
                return option
        raise AssertionError("weights add up")


def seeded(seed: int) -> Choices:
    return Choices(Random(seed).randrange)  # noqa: S311  it is chance that is wanted


def choices() -> st.SearchStrategy[Choices]:
    """Choices that hypothesis makes while the test runs."""
    return st.randoms(use_true_random=False).map(lambda chance: Choices(chance.randrange))
