"""How uvicorn is run: our own logs, none of its access lines, a bound on what comes before a body."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode

from armature.core.settings import Settings
from armature.server.graphql.failures import LONGEST_OF_STRANGERS

MAX_HEAD = 65_536
LAST_WORDS = 5.0  # seconds
PING = 20.0  # seconds between two, and until a pong must have come
SILENT = 4408
"""As where a first message does not come (server/live/codes.py): clients connect again, as they do not after 1011."""

MOST_PIECES = 1_000
"""Of one message over a WebSocket."""

PROTOCOL = "armature.protocol"
"""In the scope of a request: its BoundedProtocol."""

END = "armature.end"
"""In the extensions of a WebSocket's scope: closes it with a code and a reason, whatever waits to be sent."""

QUIET = logging.getLogger("uvicorn.websockets")

ASGIApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]

TOO_MUCH = b"The request line and headers have more than 65,536 bytes.\n"
REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\n"
    b"connection: close\r\n\r\n%s" % (len(TOO_MUCH), TOO_MUCH)
)


class Joined(asyncio.Transport):
    """What one answer is written to: its head leaves together with the first of its body.

    uvicorn alone makes two system calls of them, and two packets; ASGI has a server wait for the body anyway. What a
    client is told before its answer begins, 100 Continue, leaves at once.
    """

    __slots__ = ("_cycle", "_done", "_head", "_is_open", "_transport")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._transport = cycle.transport
        self._done = cycle.on_response
        self._is_open = False
        self._head: bytes | bytearray | memoryview = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._head:
            self._transport.writelines((self._head, data))
            self._head = b""
        elif self._is_open or not self._cycle.response_started:
            self._transport.write(data)
        else:
            self._is_open = True
            self._head = data

    def done(self) -> None:
        """Lets go of the cycle, so that nobody has to search for what only these two know."""
        self._flush()
        self._cycle.transport = self._transport
        self._cycle.on_response = self._done
        self._done()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a request line with headers beyond MAX_HEAD bytes; uvicorn alone collects them without end.

    Every request has a cycle of its own, made when its head is complete: as long as `cycle` is the one there was
    when the message began, what arrives is head.
    """

    _cycle_before: object = False
    _head_size = 0

    on_shutdown: Callable[[], object] | None = None
    """Called when the server shuts down, by what would go on for ever."""

    def data_received(self, data: bytes) -> None:
        HttpToolsProtocol.data_received(self, data)
        if self.cycle is self._cycle_before:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD and not self.transport.is_closing():
                self.transport.write(REFUSAL)
                self.transport.close()

    def on_headers_complete(self) -> None:
        HttpToolsProtocol.on_headers_complete(self)
        if self.cycle is not self._cycle_before:
            joined = Joined(self.cycle)
            self.cycle.transport = joined
            self.cycle.on_response = joined.done

    def on_message_begin(self) -> None:
        self._cycle_before = self.cycle
        self._head_size = 0
        HttpToolsProtocol.on_message_begin(self)
        scope: Any = self.scope
        scope[PROTOCOL] = self

    def shutdown(self) -> None:
        HttpToolsProtocol.shutdown(self)
        if self.on_shutdown is not None:
            self.on_shutdown()


class SocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket that the application can end whatever its client does; uvicorn alone waits until it has read."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        WebSocketsSansIOProtocol.__init__(self, *arguments, **named)
        self.logger = QUIET

    def handle_ping(self) -> None:
        """Who does not read is not answered: uvicorn alone keeps answers without end."""
        pong = self.conn.data_to_send()
        if self.writable.is_set():
            self.transport.write(b"".join(pong))

    def handle_cont(self, event: Any) -> None:
        """A message has so many bytes, but pieces may be empty."""
        if len(self.frames) == MOST_PIECES:
            self.end(CloseCode.MESSAGE_TOO_BIG, f"A message has at most {MOST_PIECES:,} pieces.")
        else:
            WebSocketsSansIOProtocol.handle_cont(self, event)

    def handle_close(self, event: Any) -> None:
        WebSocketsSansIOProtocol.handle_close(self, event)
        self._hang_up()

    def handle_parser_exception(self) -> None:
        WebSocketsSansIOProtocol.handle_parser_exception(self)
        self._hang_up()

    def keepalive_timeout(self) -> None:
        """uvicorn alone waits until the client, of which nothing is heard, has read what there is for it."""
        self.end(SILENT, "No pong came.")

    def handle_connect(self, event: Any) -> None:
        WebSocketsSansIOProtocol.handle_connect(self, event)
        if self.response.status_code == 101:
            extensions: Any = self.scope["extensions"]
            extensions[END] = self.end

    def end(self, code: int, reason: str) -> None:
        """The client has so many seconds to read it."""
        if self.close_sent or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        with suppress(InvalidState):
            self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_timer = self.loop.call_later(LAST_WORDS, self.transport.abort)


def server_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=BoundedProtocol,
        loop="uvloop",
        lifespan="on",
        interface="asgi3",
        ws=SocketProtocol,
        ws_max_size=min(settings.max_body_size, LONGEST_OF_STRANGERS),  # the first message says who it is
        ws_ping_interval=PING,
        ws_ping_timeout=PING,
        ws_per_message_deflate=False,  # a quarter of a megabyte for each connection
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
