"""Checks that several kinds' settings share."""

from collections.abc import Callable
from typing import Any

from armature.metadata.kinds.kind import Unfit


def integer(low: int, high: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Unfit(f"an integer between {low} and {high}")
        return value

    return check
