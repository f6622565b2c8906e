"""Which media type an answer is given in (GraphQL over HTTP, section "Body"; RFC 9110, section 12.5.1).

A client that names neither type gets application/json, as the audits ask: status 200 also for requests that were
refused before execution. application/graphql-response+json has statuses of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

Header = tuple[bytes, bytes]

SAFE: Header = (b"x-content-type-options", b"nosniff")
LONGEST_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Media:
    """`refused` is the status of a well-formed request that never began to execute."""

    name: str
    refused: int
    headers: tuple[Header, ...]

    @property
    def tells_statuses(self) -> bool:
        """Whether a client that asked for this type knows an answer whatever its status (section "Status Codes")."""
        return self is GRAPHQL


def _media(name: str, refused: int) -> Media:
    return Media(name, refused, ((b"content-type", f"{name}; charset=utf-8".encode()), SAFE))


GRAPHQL = _media("application/graphql-response+json", refused=400)
JSON = _media("application/json", refused=200)
EVENTS = Media("text/event-stream", 200, ((b"content-type", b"text/event-stream; charset=utf-8"), SAFE))
"""Results as they come (GraphQL over SSE, "Distinct connections mode")."""


def negotiate(accept: bytes | None) -> Media | None:
    """None where the client accepts nothing we can say."""
    if accept is None:
        return JSON
    if len(accept) > LONGEST_REMEMBERED:
        return _negotiate(accept)
    return _remembered(accept)


def _negotiate(accept: bytes) -> Media | None:
    """The type with the highest weight; between equals, the one listed first."""
    ranges = [*_ranges(accept.decode("latin-1").lower())]
    if not ranges:
        return JSON
    found = [(*_rank(ranges, media.name), media) for media in (JSON, GRAPHQL, EVENTS)]
    weight, _, media = max(found, key=lambda each: each[:2])
    return media if weight > 0 else None


_remembered = lru_cache(maxsize=256)(_negotiate)


def _rank(ranges: list[tuple[str, float]], name: str) -> tuple[float, int]:
    """Weight and negated place of the most specific range that covers a type."""
    for pattern in (name, f"{name.partition('/')[0]}/*", "*/*"):
        for place, (each, weight) in enumerate(ranges):
            if each == pattern:
                return weight, -place
    return 0.0, 0


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Media ranges with their weights; those of another charset, or with a weight that is none, accept nothing."""
    for part in accept.split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        values = dict(each.split("=", 1) for each in parameters if "=" in each)
        if name:
            yield name, _weight(values)


def _weight(values: dict[str, str]) -> float:
    if values.get("charset", "utf-8").strip('"') not in ("utf-8", "utf8"):
        return 0.0
    try:
        return min(max(float(values.get("q", "1")), 0.0), 1.0)
    except ValueError:
        return 0.0
