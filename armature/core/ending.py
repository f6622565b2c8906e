"""Tasks that go on until they are ended."""

import asyncio
from collections.abc import Iterable
from typing import Any

PATIENCE = 0.5  # seconds


async def end(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Returns when all are over; what they raise is nobody's concern any more.

    Asked again and again: asyncio.wait_for, which libraries use, may lose the end that comes together with an answer.
    """
    running = set(tasks)
    while running:
        for each in running:
            each.cancel()
        done, running = await asyncio.wait(running, timeout=PATIENCE)
        await asyncio.gather(*done, return_exceptions=True)
