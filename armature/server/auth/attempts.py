"""How often somebody may try: after some failures, each further one must wait twice as long as the last.

Counted in Valkey, by several keys at once. An attempt is counted before it is made, so that many at once don't slip
through, and forgiven when it succeeds. One that comes too early is refused without being counted: waiting is enough.

Who tries somebody else's password can't lock them out for long: waits of an account and the attacker's place together
grow to a quarter of an hour, those of the account alone to a minute, and not where its user has signed in before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import Any, Literal

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from armature.core.errors import ArmatureError, Unavailable

PREFIX = "armature:attempts:"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """`free` failures cost nothing; then waiting starts with `first` seconds and doubles up to `longest`."""

    name: str
    free: int
    first: float
    longest: float
    memory: int


PAIR = Rule("pair", free=5, first=1, longest=900, memory=86_400)
ACCOUNT = Rule("account", free=100, first=1, longest=60, memory=3_600)
PLACE = Rule("place", free=50, first=1, longest=900, memory=3_600)
CODE = Rule("code", free=5, first=1, longest=900, memory=86_400)
BEGIN = Rule("begin", free=50, first=1, longest=60, memory=3_600)
MAIL_TO = Rule("mail-to", free=3, first=60, longest=3_600, memory=86_400)
MAIL_FROM = Rule("mail-from", free=20, first=10, longest=3_600, memory=86_400)


class TooManyAttempts(ArmatureError):
    code = "LIMIT_EXCEEDED"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many attempts. Try again in {seconds:,} s.")
        self.seconds = seconds

    def extensions(self) -> dict[str, Any]:
        return {**super().extensions(), "retryAfter": self.seconds}


@dataclass(frozen=True, slots=True)
class Counted:
    """A rule, and whom it counts: hashed, so that Valkey holds no addresses."""

    rule: Rule
    subject: str

    @property
    def key(self) -> str:
        return PREFIX + self.rule.name + ":" + sha256(self.subject.encode()).hexdigest()[:32]


# KEYS: what is counted. ARGV: of each, free failures, first wait, longest wait (ms), memory (s). Returns a wait in ms.
TRY = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for _, key in ipairs(KEYS) do
  wait = math.max(wait, tonumber(redis.call('HGET', key, 'until') or 0) - now)
end
if wait > 0 then return wait end
for at, key in ipairs(KEYS) do
  local free, first, longest = tonumber(ARGV[4*at-3]), tonumber(ARGV[4*at-2]), tonumber(ARGV[4*at-1])
  local failures = redis.call('HINCRBY', key, 'failures', 1)
  if failures > free then
    local pause = math.min(longest, first * 2 ^ math.min(failures - free - 1, 30))
    redis.call('HSET', key, 'until', now + pause)
  end
  redis.call('EXPIRE', key, ARGV[4*at])
end
return 0
"""
# KEYS: what an attempt that succeeded had counted.
FORGIVE = """
for _, key in ipairs(KEYS) do
  if tonumber(redis.call('HGET', key, 'failures') or 0) > 0 then
    redis.call('HINCRBY', key, 'failures', -1)
    redis.call('HDEL', key, 'until')
  end
end
"""


class Attempts:
    """`without` is what happens while Valkey is away."""

    def __init__(self, redis: Redis, without: Literal["open", "closed"]) -> None:
        self._try = redis.register_script(TRY)
        self._forgive = redis.register_script(FORGIVE)
        self._redis = redis
        self._without = without

    async def begin(self, counted: Sequence[Counted]) -> None:
        """Count an attempt. Raises TooManyAttempts, or Unavailable where the setting asks for it."""
        numbers = [
            each
            for one in counted
            for each in (one.rule.free, one.rule.first * 1_000, one.rule.longest * 1_000, one.rule.memory)
        ]
        try:
            wait = int(await self._try(keys=[each.key for each in counted], args=numbers))
        except (RedisError, OSError) as error:
            self._tell(error)
            if self._without == "closed":
                raise Unavailable("Attempts can't be counted just now.", hint="Try again in a moment.") from error
            return
        if wait:
            raise TooManyAttempts(ceil(wait / 1_000))

    async def forgive(self, counted: Sequence[Counted]) -> None:
        """The attempt that was counted last has succeeded."""
        try:
            await self._forgive(keys=[each.key for each in counted])
        except (RedisError, OSError) as error:
            self._tell(error)

    async def forget(self, counted: Counted) -> None:
        """All failures: whoever they were, they are done with."""
        try:
            await self._redis.delete(counted.key)
        except (RedisError, OSError) as error:
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        log.warning("attempts are not counted", cause=repr(error), setting=self._without)
