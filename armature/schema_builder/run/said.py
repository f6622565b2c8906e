"""What is said in a topic, on its way to those who listen."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from armature.core.errors import Unavailable
from armature.schema_builder.run.caller import Caller


@dataclass(frozen=True, slots=True)
class Said:
    """`topic` is a name that no other topic of any workspace has; `payload` is JSON."""

    topic: str
    payload: bytes
    caller: Caller


Say = Callable[[Said], Awaitable[None]]
"""Raises Unavailable, LimitExceeded."""


async def to_nobody(_said: Said) -> None:
    """In processes that know of nobody who listens."""
    raise Unavailable("Nobody can be told from here.")
