"""How long to wait: for the next attempt, for a receiver that fails, until one is given up."""

import random
from datetime import timedelta

WAITS = tuple(timedelta(seconds=each) for each in (5, 30, 300, 1_800, 7_200, 18_000, 28_800, 36_000))
"""Between two attempts of a delivery: about a day in all. After the last it is given up."""

MOST_ATTEMPTS = len(WAITS) + 1
LONGEST_WISH = timedelta(days=1)
"""No receiver makes us wait longer."""

FAILING_FROM = 5
"""So many attempts in a row fail before a receiver is left alone for a while."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)

SWITCHED_OFF_AFTER = timedelta(days=3)
"""So long nothing may get through before a webhook is switched off."""


def wait_after(attempts: int, wish: timedelta | None = None) -> timedelta | None:
    """Until the next attempt; None: there is none. `wish` is what the receiver asks for."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return max(_about(WAITS[attempts - 1]), min(wish or timedelta(), LONGEST_WISH))


def pause_after(failures: int, wish: timedelta | None = None) -> timedelta | None:
    """For which nothing is sent to a receiver that has failed so many times in a row; None: it may be tried at once."""
    if failures < FAILING_FROM:
        return None if wish is None else min(wish, LONGEST_WISH)
    doubled = FIRST_PAUSE * 2 ** min(failures - FAILING_FROM, 10)
    return max(_about(min(doubled, LONGEST_PAUSE)), min(wish or timedelta(), LONGEST_WISH))


def _about(wait: timedelta) -> timedelta:
    """So that what failed together does not come back together."""
    return wait * random.uniform(0.8, 1.2)  # noqa: S311  nobody gains by guessing it
