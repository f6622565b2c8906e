"""What workers have done since Valkey began to count, added up over all of them. For people who watch, not for work."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis

KEY = "armature:tally"


class Tally:
    """Counts of one process; a name is a few words of our own, never anything that a client sent."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, *name: str, by: int = 1) -> None:
        self._counts["/".join(name)] += by

    async def hand_over(self, redis: Redis) -> None:
        """In one command or none. Raises what redis raises; then all is still here."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            async with redis.pipeline(transaction=True) as pipeline:
                for name, count in counts.items():
                    pipeline.hincrby(KEY, name, count)
                await pipeline.execute()
        except BaseException:
            self._counts.update(counts)
            raise


async def tallied(redis: Redis) -> Mapping[tuple[str, ...], int]:
    """All that was counted, by the words of its name. Raises what redis raises."""
    found: Mapping[Any, Any] = await redis.hgetall(KEY)
    return {tuple(name.decode().split("/")): int(count) for name, count in found.items()}
