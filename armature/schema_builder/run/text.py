"""Text of any length: a piece at a time, each kept compressed.

What tells of a schema repeats itself: fifty megabytes become three.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PIECE = 262_144
"""Bytes: decompressed in half a millisecond."""

QUICKLY = 1


@dataclass(frozen=True, slots=True)
class Text:
    """UTF-8. `length` is in bytes, `weight` what it takes to keep it."""

    pieces: Sequence[bytes]
    length: int

    @property
    def weight(self) -> int:
        return 1 + sum(map(len, self.pieces))

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[bytes]:
        return map(zlib.decompress, self.pieces)

    def __str__(self) -> str:
        return b"".join(self).decode()


def compressed(text: bytes) -> Iterator[tuple[bytes, int]]:
    """The pieces of a Text, and how long each is."""
    view = memoryview(text)
    for at in range(0, len(text), PIECE):
        part = view[at : at + PIECE]
        yield zlib.compress(part, QUICKLY), len(part)


@dataclass(frozen=True, slots=True)
class Streamed:
    """JSON with texts in it, part by part."""

    parts: Sequence[bytes | Text]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __iter__(self) -> Iterator[bytes]:
        for each in self.parts:
            yield from (each,) if isinstance(each, bytes) else each

    def __bytes__(self) -> bytes:
        return b"".join(self)
