"""Computing while an answer is on its way: PostgreSQL and this process work at the same time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

A = TypeVar("A")
W = TypeVar("W")


async def meanwhile(asking: Coroutine[Any, Any, A], work: Callable[[], W]) -> tuple[A, W]:
    """What was asked for, and what `work` gives, which is done once the question has been sent.

    Where the work fails, the answer is waited for nevertheless: a connection is not left in the middle of something.
    """
    asked = asyncio.ensure_future(asking)
    try:
        await asyncio.sleep(0)  # the question goes out
        done = work()
    finally:
        answer = await asked
    return answer, done
