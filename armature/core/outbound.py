"""HTTP to servers that users name: never into the network this server stands in, never endless.

A name is resolved here and the address looked at before connecting to that very address, so that a name can't lead
elsewhere in between. Redirects are not followed. ARMATURE_OUTBOUND_NETWORKS lists private networks that may be reached.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any

import httpcore2
import httpx2

from armature.core.errors import BadUserInput
from armature.core.resolving import Address, addresses_of

PATIENCE = 10.0  # seconds, for each step
LONGEST = 30.0  # seconds, for all of it: a server that sends a byte now and then takes no step that is too long
MOST_BYTES = 1_048_576

UNICAST = ip_network("2000::/3")  # of IPv6, all that is given to anybody; beyond it IPv4 addresses hide, too (RFC 4291)

Network = IPv4Network | IPv6Network

BROKEN_OFF = (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError)

_IS_NEW: ContextVar[bool] = ContextVar("is_new")
"""Whether this request has opened a connection."""


class NetworkUnfit(BadUserInput):
    def __init__(self, text: str) -> None:
        super().__init__(f"ARMATURE_OUTBOUND_NETWORKS: {text!r} is no network.", hint="Such as 10.0.0.0/8.")


class OutOfBounds(httpcore2.ConnectError):
    def __init__(self) -> None:
        super().__init__("the address is not a public one, nor in ARMATURE_OUTBOUND_NETWORKS")


class TooLong(httpx2.ReadError):
    def __init__(self) -> None:
        super().__init__("the answer is too long")


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises NetworkUnfit."""
    found = []
    for text in texts:
        try:
            found.append(ip_network(text, strict=False))
        except ValueError:
            raise NetworkUnfit(text) from None
    return tuple(found)


class TooSlow(httpx2.ReadTimeout):
    def __init__(self) -> None:
        super().__init__("the answer takes too long")


class Packed(httpx2.DecodingError):
    """What is small when it arrives may be endless when it is unpacked."""

    def __init__(self) -> None:
        super().__init__("the answer is compressed, though nobody asked for that")


def outbound_transport(
    networks: Sequence[Network], longest: float = LONGEST, connections: int = 10, kept: int = 0
) -> httpx2.AsyncBaseTransport:
    """For one httpx2 client, which is to be closed after use. `kept` connections are used again.

    A server may close one of them just as it is used again: then what was asked is asked anew, by a new one.
    """
    return _Transport(networks, longest, connections, kept)


@cache
def _tls() -> ssl.SSLContext:
    """Reading all certificates takes a while."""
    return httpx2.create_ssl_context(trust_env=False)


class _Transport(httpx2.AsyncHTTPTransport):
    def __init__(self, networks: Sequence[Network], longest: float, connections: int, kept: int) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        self._longest = longest
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_tls(),
            network_backend=_Backend(networks),
            max_connections=connections,
            max_keepalive_connections=kept,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        ends = asyncio.get_running_loop().time() + self._longest
        async with _until(ends):
            response = await self._answer(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101  it is asynchronous
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise Packed
        response.stream = _Bounded(response.stream, ends)
        return response

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        while True:
            _IS_NEW.set(False)
            try:
                return await super().handle_async_request(request)
            except BROKEN_OFF:
                if _IS_NEW.get():
                    raise


@asynccontextmanager
async def _until(ends: float) -> AsyncIterator[None]:
    """Raises TooSlow."""
    try:
        async with asyncio.timeout_at(ends):
            yield
    except TimeoutError as error:
        raise TooSlow from error


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, ends: float) -> None:
        self._stream = stream
        self._ends = ends

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size, parts = 0, aiter(self._stream)
        while True:
            async with _until(self._ends):
                part = await anext(parts, None)
            if part is None:
                return
            size += len(part)
            if size > MOST_BYTES:
                raise TooLong
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Backend(httpcore2.AsyncNetworkBackend):
    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks
        self._real = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  as httpcore has it
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.AsyncNetworkStream:
        """To the first address of the name that may be reached. Raises OutOfBounds."""
        _IS_NEW.set(True)
        for address in await self._resolved(host):
            if self._may_reach(address):
                return await self._real.connect_tcp(str(address), port, timeout, local_address, socket_options)
        raise OutOfBounds

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:
        raise OutOfBounds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _resolved(self, host: str) -> list[Address]:
        try:
            return await addresses_of(host)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("the name leads nowhere") from error

    def _may_reach(self, address: Address) -> bool:
        plain = getattr(address, "ipv4_mapped", None) or address
        if any(plain in each for each in self._networks):
            return True
        if isinstance(plain, IPv6Address) and (plain.sixtofour or plain.teredo or plain not in UNICAST):
            return False
        return plain.is_global and not plain.is_multicast
