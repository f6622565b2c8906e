"""A WebSocket frame by frame, as no client should speak it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

TEXT, CONTINUED, CLOSE, PING = 0x1, 0x0, 0x8, 0x9
LAST, COMPRESSED = 0x80, 0x40
MASK = b"\x00\x00\x00\x00"

HEAD = (
    "GET /graphql HTTP/1.1\r\nhost: {host}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: {key}\r\n"
    "sec-websocket-protocol: graphql-transport-ws\r\n{more}\r\n"
)


def frame(kind: int, payload: bytes = b"", length: int | None = None) -> bytes:
    """One with a mask that changes nothing; `length` is what it claims to have."""
    size = len(payload) if length is None else length
    if size < 126:
        head = bytes((kind, 0x80 | size))
    elif size < 65_536:
        head = bytes((kind, 0x80 | 126)) + size.to_bytes(2)
    else:
        head = bytes((kind, 0x80 | 127)) + size.to_bytes(8)
    return head + MASK + payload


def message(**said: Any) -> bytes:
    return frame(LAST | TEXT, msgspec.json.encode(said))


@dataclass
class RawSocket:
    """`answered` is the server's part of the handshake."""

    socket: socket.socket
    answered: bytes

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def rest(self) -> bytes:
        """All that comes until the server ends it."""
        found = bytearray()
        try:
            while more := self.socket.recv(65_536):
                found += more
        except ConnectionResetError:  # what was sent after the end
            pass
        return bytes(found)

    def code(self) -> int:
        """That of the close frame with which the server ends it; what comes before it is left out."""
        rest = self.rest()
        at = rest.rindex(bytes((LAST | CLOSE,)))
        return int.from_bytes(rest[at + 2 : at + 4])


@contextmanager
def raw_socket(url: str, *headers: str) -> Iterator[RawSocket]:
    """With little room for what comes."""
    at = urlsplit(url)
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        made.connect((at.hostname, at.port))
        key = "AAAAAAAAAAAAAAAAAAAAAA=="
        more = "".join(f"{each}\r\n" for each in headers)
        made.sendall(HEAD.format(host=at.netloc, key=key, more=more).encode())
        answered = b""
        while b"\r\n\r\n" not in answered:
            answered += made.recv(1)
        yield RawSocket(made, answered)
