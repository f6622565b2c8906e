"""Whose bucket a request takes from, and what an operation costs."""

from collections.abc import Callable
from typing import Generic, TypeVar

from armature.server.auth.identity import Identity
from armature.server.limits.buckets import Bucket, Limiter, Share

Caller = TypeVar("Caller")

RECORDS = 100
"""So many records, asked for or written, cost a point; each root field costs one beside."""


class Limits(Generic[Caller]):
    """`bucket_of` tells whose bucket a caller takes from; nobody's where there is no limit."""

    def __init__(self, limiter: Limiter, bucket_of: Callable[[Caller], Bucket | None]) -> None:
        self._limiter = limiter
        self._bucket_of = bucket_of

    async def admit(self, caller: Caller) -> Share | None:
        """What the operation is to be charged to. Raises RateLimited, Unavailable."""
        bucket = self._bucket_of(caller)
        return None if bucket is None else await self._limiter.admit(bucket)


def price(cost: int, fields: int = 1) -> int:
    """In points, of an operation of so many root fields that asked for or wrote so many records."""
    return fields + cost // RECORDS


def bucket_of(identity: Identity, limit: int) -> Bucket | None:
    """Each key has one, each user one in each workspace; a limit of 0 is none. What a key or a role has is less."""
    limits = [each for each in (limit, identity.rate_limit) if each]
    return Bucket(identity.owner, min(limits)) if limits else None


def bucket_at(network: str, limit: int) -> Bucket | None:
    """Of those who have not said who they are."""
    return Bucket(f"at:{network}", limit) if limit else None
