"""What clients are told of their limits: headers as in the IETF's draft "RateLimit header fields for HTTP"."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from armature.core.errors import ArmatureError
from armature.server.graphql.accept import Header

WINDOW = 60  # seconds


@dataclass(frozen=True, slots=True)
class Standing:
    """`limit` is in points a minute."""

    limit: int
    left: int

    @property
    def headers(self) -> tuple[Header, ...]:
        return _policy(self.limit), (b"ratelimit", b'"caller";r=%d' % self.left)


@lru_cache(1_000)
def _policy(limit: int) -> Header:
    return b"ratelimit-policy", b'"caller";q=%d;w=%d' % (limit, WINDOW)


class RateLimited(ArmatureError):
    code = "LIMIT_EXCEEDED"

    def __init__(self, limit: int, seconds: int) -> None:
        super().__init__(
            f"This caller has used up its {limit:,} points a minute.",
            hint=f"Try again in {seconds:,} s; ask for fewer records at once, and less often.",
        )
        self.limit = limit
        self.seconds = seconds

    @property
    def headers(self) -> tuple[Header, ...]:
        return (b"retry-after", b"%d" % self.seconds), *Standing(self.limit, 0).headers

    def extensions(self) -> dict[str, Any]:
        return {**super().extensions(), "limit": self.limit, "retryAfter": self.seconds}
