"""How a webhook is to tell, as a client writes it: where, with which headers, how fast. Each is checked by itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import httpx2

from armature.core.errors import BadUserInput

LONGEST_URL = 2_000
LONGEST_DEBOUNCE = 86_400  # seconds
MOST_AT_ONCE = 32
MOST_HEADERS = 20
LONGEST_VALUE = 4_000

HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
USUAL_PORTS = (("http", 80), ("https", 443))
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110, section 5.6.2
HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
OURS = re.compile(
    r"webhook-.*|content-.*|host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|proxy-.*|expect|"
    r"accept-encoding",
    re.IGNORECASE,
)


class UrlUnfit(BadUserInput):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"The url {why}.", hint="Such as https://example.com/hooks/armature.", field="url", path=("url",)
        )


class HeaderUnfit(BadUserInput):
    def __init__(self, at: int, why: str) -> None:
        super().__init__(f"The header {why}.", field="headers", path=("headers", at))


class TooManyHeaders(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"A webhook has at most {MOST_HEADERS} headers.", field="headers", path=("headers",))


class CountUnfit(BadUserInput):
    def __init__(self, key: str, least: int, most: int) -> None:
        super().__init__(f"{key} must be {least} to {most:,}.", field=key, path=(key,))


class SecretsStayHere(BadUserInput):
    """Who may change a webhook must not learn its secret headers by pointing it at a server of theirs."""

    def __init__(self) -> None:
        super().__init__(
            "With another server in the url, the values of secret headers have to be given anew.",
            hint="Give headers with their values, or without the secret ones.",
            field="headers",
            path=("headers",),
        )


@dataclass(frozen=True, slots=True)
class Header:
    """Without a value: the one that it has."""

    name: str
    value: str | None = field(repr=False)
    is_secret: bool


@dataclass(frozen=True, slots=True)
class Headers:
    plain: Mapping[str, str]
    secret: Mapping[str, str] = field(repr=False)


NO_HEADERS = Headers({}, {})


def checked_url(url: str) -> str:
    """Where it leads is looked at when it is called (core/outbound.py). Raises UrlUnfit.

    Who calls it reads it by another library: it must name the same server to both.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise UrlUnfit(f"must have at most {LONGEST_URL:,} visible characters, of ASCII")
    parts = _parts(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UrlUnfit("must begin with https:// or http://, and name a server")
    if parts.username is not None or parts.password is not None:
        raise UrlUnfit("must not hold a password: give a secret header")
    usual = parts.port is None or (parts.scheme, parts.port) in USUAL_PORTS
    if not HOST.fullmatch(parts.hostname) or _as_called(url) != (parts.hostname, None if usual else parts.port):
        raise UrlUnfit("names no server")
    return url.partition("#")[0]


def _as_called(url: str) -> tuple[str, int | None] | None:
    try:
        found = httpx2.URL(url)
        return found.raw_host.decode(), found.port
    except (httpx2.InvalidURL, ValueError):
        return None


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise UrlUnfit("can't be read") from None
    return parts


def is_elsewhere(url: str, other: str) -> bool:
    """Whether the two are not of the same server."""
    one, two = urlsplit(url), urlsplit(other)
    return (one.scheme, one.hostname, one.port) != (two.scheme, two.hostname, two.port)


def checked_headers(given: Sequence[Header], before: Headers = NO_HEADERS) -> Headers:
    """`before` gives the values that are left out. Raises HeaderUnfit, TooManyHeaders.

    Many a receiver takes _ for -, so that webhook_signature could be read in the place of ours.
    """
    if len(given) > MOST_HEADERS:
        raise TooManyHeaders
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    for at, each in enumerate(given):
        name = each.name.lower()
        if not HEADER_NAME.fullmatch(name) or OURS.fullmatch(name.replace("_", "-")):
            raise HeaderUnfit(at, f'"{each.name[:100]}" can\'t be set')
        if name in plain or name in secret:
            raise HeaderUnfit(at, f'"{each.name[:100]}" is given twice')
        (secret if each.is_secret else plain)[name] = _value(at, each, before)
    return Headers(plain, secret)


def _value(at: int, header: Header, before: Headers) -> str:
    value = header.value
    if value is None:
        kept = before.secret if header.is_secret else before.plain
        value = kept.get(header.name.lower())
    if value is None or len(value) > LONGEST_VALUE or not HEADER_VALUE.fullmatch(value):
        raise HeaderUnfit(at, f'"{header.name[:100]}" needs a value of 1 to {LONGEST_VALUE:,} visible characters')
    return value


def checked_debounce(seconds: int) -> int:
    return _counted("debounce", seconds, 0, LONGEST_DEBOUNCE)


def checked_concurrency(count: int) -> int:
    return _counted("concurrency", count, 1, MOST_AT_ONCE)


def _counted(key: str, given: int, least: int, most: int) -> int:
    if not least <= given <= most:
        raise CountUnfit(key, least, most)
    return given
