"""What Valkey keeps of topics: who is in each, by process, and which processes are alive.

All of it may be lost at any time: each process knows its own part and puts it there again. A process that has not
beaten for a while is taken for dead, with all that it knew of.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec
from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from armature.server.live.topics.notices import Entry, channel_of, encode, read_entry

PROCESSES = "armature:topics:processes"
COUNTED = "armature:topics:said:"

BEAT = 1.0  # seconds
LIFETIME = 5.0  # seconds
KEPT = 300.0  # seconds without anybody looking

AT_ONCE = 8
"""Valkey is asked so many things at once, each by a connection."""

SEQ = b"#"
"""The field of a topic that counts its changes; the others are `process:caller`."""

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# KEYS: the processes. ARGV: this one, for how many ms it lives. Whether it was thought alive, and all that are.
_BEAT = f"""{_NOW}
local known = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0) > now
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return {{known and 1 or 0, redis.call('ZRANGE', KEYS[1], 0, -1)}}
"""

# KEYS: the topic, the processes. ARGV: the process, its lifetime, that of the topic, the end of the message, then
# fields and their values; an empty value: none. Numbers are written out: Lua would round them. Whether it was thought
# alive.
_PUT = f"""{_NOW}
local known = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or 0) > now
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
if redis.call('HEXISTS', KEYS[1], '#') == 0 then
  redis.call('HSET', KEYS[1], '#', time[1] .. string.format('%06d', time[2]))
end
for at = 5, #ARGV, 2 do
  if ARGV[at + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[at])
  else redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
end
local seq = redis.call('HINCRBY', KEYS[1], '#', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', KEYS[1], '{{"is":"changed","seq":' .. string.format('%.0f', seq) .. ',' .. ARGV[4])
return known and 1 or 0
"""

# KEYS: the topic, the processes. ARGV: the topic's lifetime. What is known of it; what the dead knew is taken away.
_READ = f"""{_NOW}
local found, kept, alive = redis.call('HGETALL', KEYS[1]), {{}}, {{}}
for at = 1, #found, 2 do
  local process = string.match(found[at], '^(.-):')
  if process and alive[process] == nil then
    alive[process] = tonumber(redis.call('ZSCORE', KEYS[2], process) or 0) > now
  end
  if process and not alive[process] then redis.call('HDEL', KEYS[1], found[at])
  else
    kept[#kept + 1] = found[at]
    kept[#kept + 1] = found[at + 1]
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return kept
"""

# KEYS: two counters, of the caller and of all. ARGV: their limits, the channel, the message. Which limit is reached.
_SAY = """
for at = 1, 2 do
  local count = redis.call('INCR', KEYS[at])
  if count == 1 then redis.call('PEXPIRE', KEYS[at], 1000) end
  if count > tonumber(ARGV[at]) then return at end
end
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 0
"""

Here = Mapping[str, Entry]
"""Who is in a topic, by the ids of callers."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`seq` None: nothing is known of the topic."""

    seq: int | None
    here: dict[str, dict[str, Entry]]
    """By process."""


class Board:
    """This process' way to it. Each of these raises what the client of Valkey raises."""

    def __init__(self, redis: Redis) -> None:
        self.process = uuid4().hex
        self._redis = redis
        scripts = map(redis.register_script, (_BEAT, _PUT, _READ, _SAY))
        self._beat, self._put, self._read, self._say = (self._at_once(each) for each in scripts)
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def beat(self) -> tuple[bool, frozenset[str]]:
        """Whether this process was thought alive until now, and which are."""
        known, alive = await self._beat(keys=[PROCESSES], args=[self.process, _ms(LIFETIME)])
        return bool(known), frozenset(each.decode() for each in alive)

    async def put(self, topic: str, entries: Mapping[str, Entry | None]) -> bool:
        """What this process now knows of these callers; None: no more. Whether it was thought alive until now."""
        end = encode({"process": self.process, "entries": entries})[1:]
        pairs: list[str | bytes] = []
        for caller, entry in entries.items():
            pairs += [f"{self.process}:{caller}", b"" if entry is None else encode(entry)]
        keys = [channel_of(topic), PROCESSES]
        return bool(await self._put(keys=keys, args=[self.process, _ms(LIFETIME), _ms(KEPT), end, *pairs]))

    async def read(self, topic: str) -> Standing:
        found = await self._read(keys=[channel_of(topic), PROCESSES], args=[_ms(KEPT)])
        held = dict(zip(found[::2], found[1::2], strict=True))
        seq = held.pop(SEQ, None)
        here: dict[str, dict[str, Entry]] = {}
        for name, entry in held.items():
            process, _, caller = name.decode().partition(":")
            with suppress(msgspec.MsgspecError):  # of another version
                here.setdefault(process, {})[caller] = read_entry(entry)
        return Standing(None if seq is None else int(seq), here)

    async def say(self, topic: str, caller: str, message: bytes, limits: tuple[int, int]) -> int:
        """0, or which limit a second, the caller's or the topic's, is reached: 1 or 2."""
        counted = [f"{COUNTED}{topic}:{caller}", f"{COUNTED}{topic}"]
        reached: int = await self._say(keys=counted, args=[*limits, channel_of(topic), message])
        return reached

    def _at_once(self, script: AsyncScript) -> Callable[..., Awaitable[Any]]:
        async def run(keys: list[str], args: list[Any]) -> Any:
            async with self._gate:
                return await script(keys=keys, args=args)

        return run

    async def leave(self) -> None:
        """This process ends."""
        await self._redis.zrem(PROCESSES, self.process)


def _ms(seconds: float) -> int:
    return int(seconds * 1_000)
