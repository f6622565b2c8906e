"""How processes hear of events: what the relay says on Valkey once events of a workspace have their positions."""

from uuid import UUID

import msgspec

PREFIX = "armature:events:"
CHANNELS = PREFIX + 32 * "?"
"""As Valkey writes a pattern."""


class Announced(msgspec.Struct, frozen=True):
    """Events with these positions, both included, are there; they are about these tables.

    `first` is beyond `last` where there is nothing new, for those who may have missed what was said before.
    """

    first: int
    last: int
    tables: tuple[str, ...]


def channel_of(workspace_id: UUID) -> str:
    return f"{PREFIX}{workspace_id.hex}"


def workspace_of(channel: str) -> UUID:
    return UUID(channel.removeprefix(PREFIX))


def announcement(announced: Announced) -> bytes:
    return msgspec.json.encode(announced)


read_announcement = msgspec.json.Decoder(Announced).decode
"""Raises msgspec.MsgspecError."""
