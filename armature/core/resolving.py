"""Where names lead that users have given, looked up in threads of their own.

A name whose server never answers holds a thread for as long as the system's resolver waits: one thread however many ask
for the name, and none of those that passwords are hashed in, or jobs sent from.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from weakref import WeakKeyDictionary

Address = IPv4Address | IPv6Address

AT_ONCE = 64

_Found = list[tuple[Any, ...]]


async def addresses_of(host: str) -> list[Address]:
    """Raises OSError, UnicodeError."""
    found = await _RESOLVERS.setdefault(asyncio.get_running_loop(), _Resolver()).found(host)
    return [ip_address(str(each[4][0]).partition("%")[0]) for each in found]


class _Resolver:
    """Of one event loop. What is found is not remembered."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Future[_Found]] = {}

    async def found(self, host: str) -> _Found:
        if host not in self._asked:
            self._ask(host)
        return await asyncio.shield(self._asked[host])

    def _ask(self, host: str) -> None:
        loop = asyncio.get_running_loop()
        asked = self._asked[host] = loop.run_in_executor(_threads(), _looked_up, host)
        asked.add_done_callback(lambda done: self._done(host, done))

    def _done(self, host: str, asked: "asyncio.Future[_Found]") -> None:
        del self._asked[host]
        if not asked.cancelled():
            asked.exception()  # nobody may be left who asks for it


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="resolving")


def _looked_up(host: str) -> _Found:
    return list(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))


_RESOLVERS: WeakKeyDictionary[asyncio.AbstractEventLoop, _Resolver] = WeakKeyDictionary()
