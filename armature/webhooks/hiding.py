"""What is secret of a webhook is in no log: what the query of its url says, and values of secret headers.

Neither is it where an answer repeats them, as receivers that are tried out do.
"""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote_plus

import msgspec

HIDDEN = "(secret)"

SHORTEST = 4
"""What is shorter is found in any text."""


def told_url(url: str) -> str:
    """With the names of its query, without the values."""
    place, begun, query = url.partition("?")
    return place + begun + "&".join(_told(each) for each in query.split("&")) if query else url


def secrets_of(url: str, headers: Mapping[str, str], shown: Mapping[str, str]) -> list[str]:
    """As they may come back, the longest first."""
    found = {*_of_query(url), *(each for name, value in headers.items() if shown[name] != value for each in _of(value))}
    return sorted((each for each in found if len(each) >= SHORTEST), key=len, reverse=True)


def without(secrets: Sequence[str], text: str) -> str:
    for each in secrets:
        text = text.replace(each, HIDDEN)
    return text


def _told(part: str) -> str:
    name, is_named, _ = part.partition("=")
    return f"{name}={HIDDEN}" if is_named else HIDDEN


def _of_query(url: str) -> Iterator[str]:
    for each in filter(None, url.partition("?")[2].split("&")):
        name, is_named, value = each.partition("=")
        spelt = value if is_named else name
        yield from (spelt, unquote_plus(spelt))


def _of(value: str) -> Iterator[str]:
    """Also without the word before it, such as Bearer, and as JSON spells it."""
    for each in (value, value.rpartition(" ")[2]):
        yield from (each, msgspec.json.encode(each).decode()[1:-1])
