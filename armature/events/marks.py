"""Which workspaces have events that nobody has numbered yet, in Valkey: whoever commits marks, relays take.

What is taken stays, out of sight for a while: the mark of a relay that dies comes back. All of it may be lost at any
time; a sweep (workers/sweep.py) finds out.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from redis.asyncio import Redis

DUE = "armature:relay:due"
"""Marked workspaces, by when they are due, in milliseconds."""

BELL = "armature:relay:bell"
BEHIND = "armature:relay:behind"
"""Workspaces of which a batch was not all, or failed, by the time from which on events may wait, in milliseconds."""

MEMORY = "armature:relay:memory"
"""The run of the server that knows all marks; another one, or none, has lost some."""

LEASE = 15_000  # ms
RINGS = 64

# Each begins with the time, in milliseconds.
_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function ring(times)
    for _ = 1, math.min(times, {rings}) do redis.call('LPUSH', KEYS[2], 1) end
    redis.call('LTRIM', KEYS[2], 0, {rings} - 1)
end
""".replace("{rings}", str(RINGS))

# ARGV: the run that knows all from now on, or nothing; the workspaces. One that is taken is due again.
_MARK = """
local changed = 0
for at = 2, #ARGV do changed = changed + redis.call('ZADD', KEYS[1], 'LT', 'CH', now, ARGV[at]) end
if ARGV[1] ~= '' then redis.call('SET', KEYS[3], ARGV[1]) end
if changed > 0 then ring(changed) end
"""

# ARGV: for how long, how many at most. Returns until when they are ours, in how many ms the next is due, and them.
_TAKE = """
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2])
local until_ = now + tonumber(ARGV[1])
for _, each in ipairs(found) do redis.call('ZADD', KEYS[1], until_, each) end
local wait = -1
local next = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if next[2] then wait = math.max(0, next[2] - now) end
return {until_, wait, found}
"""

# ARGV: the workspace, until when it was ours, and an Outcome.
_SETTLE = """
local again, behind = tonumber(ARGV[3]), ARGV[4]
if again >= 0 then
    redis.call('ZADD', KEYS[1], now + again, ARGV[1])
    ring(1)
elseif redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then
    redis.call('ZREM', KEYS[1], ARGV[1])
end
if behind == 'not' then redis.call('ZREM', KEYS[3], ARGV[1])
elseif behind == 'failed' then redis.call('ZADD', KEYS[3], 'NX', now, ARGV[1])
elseif behind ~= 'unknown' then redis.call('ZADD', KEYS[3], behind, ARGV[1]) end
if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[5], ARGV[6]) end
"""


# Returns how many are due and for how long, and the same of those behind.
_LAG = """
local function standing(key, most)
    local first = redis.call('ZRANGEBYSCORE', key, '-inf', most, 'WITHSCORES', 'LIMIT', 0, 1)
    return first[2] and now - first[2] or 0
end
return {
    redis.call('ZCOUNT', KEYS[1], '-inf', now), standing(KEYS[1], now),
    redis.call('ZCARD', KEYS[3]), standing(KEYS[3], '+inf'),
}
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Workspaces whose events wait, and for how many seconds the oldest."""

    workspaces: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Lag:
    """`prompt` are those marked just now; of those `behind`, a batch was not all, or failed."""

    prompt: Standing
    behind: Standing

    @property
    def longest(self) -> float:
        return max(self.prompt.seconds, self.behind.seconds)


@dataclass(frozen=True, slots=True)
class Taken:
    """Workspaces, as hexadecimal ids, which are ours `until` then; `wait` is until the next is due, in seconds."""

    workspaces: tuple[str, ...]
    until: int
    wait: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a workspace that was taken: in how many ms it is due again (-1: not), since when it is behind (a
    time in ms, where a batch was not all), and what to say on a channel.
    """

    again: int = -1
    behind: int | Literal["not", "failed", "unknown"] = "not"
    channel: str = ""
    notice: bytes = b""


class Marks:
    """All raise what redis raises."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._mark = _script(redis, _MARK)
        self._take = _script(redis, _TAKE)
        self._settle = _script(redis, _SETTLE)
        self._lag = _script(redis, _LAG)

    async def mark(self, workspaces: Iterable[str], *, all_known_to: str = "") -> None:
        """In one command. `all_known_to` is a run of the server: none of its marks are missing any more."""
        await self._mark(keys=[DUE, BELL, MEMORY], args=[all_known_to, *workspaces])

    async def take(self, most: int) -> Taken:
        until, wait, found = await self._take(keys=[DUE, BELL], args=[LEASE, most])
        return Taken(tuple(each.decode() for each in found), until, None if wait < 0 else wait / 1_000)

    async def wait(self, seconds: float) -> None:
        """Until somebody marks, or for so long."""
        await self._redis.blpop([BELL], timeout=seconds)

    async def settle(self, workspace: str, until: int, outcome: Outcome) -> None:
        """What was taken is done or not, and told."""
        args = [workspace, until, outcome.again, outcome.behind, outcome.channel, outcome.notice]
        await self._settle(keys=[DUE, BELL, BEHIND], args=args)

    async def lag(self) -> Lag:
        due, waits, behind, since = await self._lag(keys=[DUE, BELL, BEHIND])
        return Lag(Standing(due, waits / 1_000), Standing(behind, since / 1_000))

    async def run_of_server(self) -> str:
        found: dict[str, Any] = await self._redis.info("server")
        return str(found["run_id"])

    async def known_to(self) -> str | None:
        """The run of the server that knows all marks."""
        found: Any = await self._redis.get(MEMORY)
        return None if found is None else str(found, "ascii")

    async def listened_to(self, channels: str) -> list[str]:
        """The channels of this pattern that somebody listens to."""
        found: list[Any] = await self._redis.pubsub_channels(channels)
        return [str(each, "ascii") for each in found]


def _script(redis: Redis, text: str) -> Callable[..., Awaitable[Any]]:
    found: Callable[..., Awaitable[Any]] = redis.register_script(_NOW + text)
    return found
