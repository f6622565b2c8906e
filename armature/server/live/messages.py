"""The messages of graphql-transport-ws, as https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md has them."""

from collections.abc import Mapping
from typing import Any

import msgspec

PROTOCOL = "graphql-transport-ws"
LONGEST_ID = 200  # characters


class ConnectionInit(msgspec.Struct, tag_field="type", tag="connection_init"):
    payload: Mapping[str, Any] | None = None


class Ping(msgspec.Struct, tag_field="type", tag="ping"):
    payload: msgspec.Raw = msgspec.Raw(b"")


class Pong(msgspec.Struct, tag_field="type", tag="pong"):
    pass


class Subscribe(msgspec.Struct, tag_field="type", tag="subscribe"):
    id: str
    payload: msgspec.Raw


class Complete(msgspec.Struct, tag_field="type", tag="complete"):
    id: str


FromClient = ConnectionInit | Ping | Pong | Subscribe | Complete

read_message = msgspec.json.Decoder(FromClient).decode
"""Raises msgspec.MsgspecError."""

ACK = b'{"type":"connection_ack"}'


def pong(payload: msgspec.Raw) -> bytes:
    sent = bytes(payload)
    return b'{"type":"pong","payload":%b}' % sent if sent else b'{"type":"pong"}'


def next_head(id_: str) -> bytes:
    """Before an execution result; END comes after it."""
    return b'{"id":%b,"type":"next","payload":' % msgspec.json.encode(id_)


END = b"}"


def error(id_: str, entries: bytes) -> bytes:
    return b'{"id":%b,"type":"error","payload":%b}' % (msgspec.json.encode(id_), entries)


def complete(id_: str) -> bytes:
    return msgspec.json.encode({"id": id_, "type": "complete"})
