"""What is known of a topic, and what is said in it, as it stands in Valkey and goes from process to process."""

from collections.abc import Mapping

import msgspec

PREFIX = "armature:topic:"


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who is in a topic, as one process knows them; times in milliseconds.

    `since` they came, `at` they last said how they are: `state`, as JSON. `key` is the name of an API key.
    """

    since: int
    at: int
    key: str | None = None
    state: msgspec.Raw = msgspec.Raw(b"null")


class Changed(msgspec.Struct, frozen=True, tag_field="is", tag="changed"):
    """Of what one process knows, by the ids of callers; None: they are gone.

    `seq` is one more than that of the change before it, whichever process that was.
    """

    seq: int
    process: str
    entries: Mapping[str, Entry | None]


class Speaking(msgspec.Struct, frozen=True):
    """Who says something; `key` is the name of an API key."""

    id: str
    key: str | None = None


class Spoken(msgspec.Struct, frozen=True, tag_field="is", tag="said"):
    """`at` is in milliseconds; `by` None: the system itself."""

    at: int
    by: Speaking | None
    payload: msgspec.Raw


read_notice = msgspec.json.Decoder(Changed | Spoken).decode
read_entry = msgspec.json.Decoder(Entry).decode
encode = msgspec.json.encode


def channel_of(topic: str) -> str:
    """Of Valkey's channels, and of its keys."""
    return f"{PREFIX}{topic}"
