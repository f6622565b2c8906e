"""A receiver of webhooks: a real server that answers as a test tells it to, and remembers what it was sent."""

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.serving import serving


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes
    url: str = ""

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


Answer = Callable[[Got], Response]


def status(code: int, **headers: str) -> Answer:
    said = None if code == 204 else "what I say"
    return lambda _: Response(said, code, {name.replace("_", "-"): value for name, value in headers.items()})


def redirect(to: str) -> Answer:
    return lambda _: RedirectResponse(to)


def endless(_: Got) -> Response:
    async def body() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 10_000
            await asyncio.sleep(0)

    return StreamingResponse(body())


taken = status(204)


@dataclass
class Receiver:
    """`answer` is for all; while `is_held` is set, requests get no answer."""

    url: str = ""
    answer: Answer = taken
    got: list[Got] = field(default_factory=list)
    is_held: bool = False

    async def receive(self, request: Request) -> Response:
        got = Got(request.url.path, dict(request.headers), await request.body(), str(request.url))
        self.got.append(got)
        while self.is_held:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return self.answer(got)

    def at(self, path: str) -> list[Got]:
        return [each for each in self.got if each.path == path]


@contextmanager
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    with serving(Starlette(routes=[Route("/{path:path}", found.receive, methods=["POST"])])) as url:
        found.url = url
        try:
            yield found
        finally:
            found.is_held = False


@contextmanager
def resetting() -> Iterator[str]:
    """The URL of a server that breaks off every connection."""
    with _accepting(_reset) as url:
        yield url


@contextmanager
def answering_once(asked: list[bytes]) -> Iterator[str]:
    """The URL of a server that answers one request on a connection, and breaks it off when the next one arrives."""

    def answer(connection: socket.socket) -> None:
        asked.append(_request(connection))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        _reset(connection)

    with _accepting(answer) as url:
        yield url


@contextmanager
def pretending(context: ssl.SSLContext, read: list[bytes]) -> Iterator[str]:
    """The https URL of a server that shows this certificate, and keeps what it is sent all the same."""

    def shake_hands(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as trusted:
            read.append(trusted.recv(65_536))

    with _accepting(shake_hands) as url:
        yield url.replace("http://", "https://")


def _request(connection: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read or not read.endswith(b"}"):
        read += connection.recv(65_536)
    return read


def _reset(connection: socket.socket) -> None:
    """When something arrives."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextmanager
def _accepting(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
