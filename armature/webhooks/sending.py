"""One attempt: a signed POST, and what came of it. Never endless, never into this server's own network."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2

from armature.core.outbound import Network, Packed, TooSlow, outbound_transport
from armature.webhooks.hiding import secrets_of, without

PATIENCE = 15.0  # seconds for an attempt
MOST_READ = 16_384  # bytes of an answer
MOST_KEPT = 4_096  # characters of it
READING = 2.0  # seconds for what comes behind its headers
MOST_CONNECTIONS = 64

UNTOLD = frozenset({"set-cookie", "authorization", "www-authenticate", "proxy-authenticate"})
ASKS_TO_WAIT = (429, 503)
GONE = 410


@dataclass(frozen=True, slots=True)
class Message:
    """`headers` are all that is sent, `shown` those that anybody may see."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    shown: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`error` is None where it was taken. `wish` is how long the receiver asks us to wait."""

    duration: int
    error: str | None
    status: int | None = None
    headers: Mapping[str, str] | None = None
    body: str | None = None
    wish: timedelta | None = None

    @property
    def is_gone(self) -> bool:
        return self.status == GONE


def opened_transport(networks: Sequence[Network]) -> httpx2.AsyncBaseTransport:
    """For the messages of one webhook, to be closed after use. No cookies, no redirects: nothing stays of an answer."""
    return outbound_transport(networks, connections=MOST_CONNECTIONS, kept=MOST_CONNECTIONS)


async def post(http: httpx2.AsyncBaseTransport, message: Message) -> Outcome:
    """Raises nothing that the receiver could cause."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE):
            answer, body = await _answered(http, message)
    except TimeoutError:
        return Outcome(duration=_since(began), error=f"It did not answer within {PATIENCE:.0f} seconds.")
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        return Outcome(duration=_since(began), error=_told(error))
    secrets = secrets_of(message.url, message.headers, message.shown)
    return _outcome(answer, body, _since(began), secrets)


async def _answered(http: httpx2.AsyncBaseTransport, message: Message) -> tuple[httpx2.Response, bytes]:
    request = httpx2.Request("POST", message.url, content=message.body, headers=dict(message.headers))
    answer = await http.handle_async_request(request)
    try:
        return answer, await _beginning(answer)
    finally:
        await answer.aclose()


async def _beginning(answer: httpx2.Response) -> bytes:
    """Of the body, as it came: what follows may never end, and the status has been told."""
    read = bytearray()
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(READING):
            async for part in answer.aiter_raw():
                read += part
                if len(read) >= MOST_READ:
                    break
    return bytes(read[:MOST_READ])


def _outcome(answer: httpx2.Response, body: bytes, duration: int, secrets: Sequence[str]) -> Outcome:
    wish = _wish(answer.headers.get("retry-after")) if answer.status_code in ASKS_TO_WAIT else None
    return Outcome(
        duration=duration,
        error=None if answer.is_success else _refused(answer.status_code),
        status=answer.status_code,
        headers={
            name: _readable(without(secrets, value))
            for name, value in answer.headers.items()
            if name.lower() not in UNTOLD
        },
        body=_readable(without(secrets, body.decode("utf-8", "replace"))),
        wish=wish,
    )


def _refused(status: int) -> str:
    if 300 <= status < 400:
        return f"It answered with the status {status}: redirects are not followed."
    return f"It answered with the status {status}."


def _readable(text: str) -> str:
    """As PostgreSQL can keep it, cut."""
    return text[:MOST_KEPT].replace("\x00", "").encode("utf-8", "replace").decode()


def _wish(retry_after: str | None) -> timedelta | None:
    """RFC 9110, section 10.2.3: seconds, or a date."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        return timedelta(seconds=min(int(retry_after[:9]), 10**8))
    try:
        at = parsedate_to_datetime(retry_after)
        return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC), timedelta())
    except (ValueError, OverflowError):
        return None


def _told(error: Exception) -> str:
    match error:
        case httpx2.ConnectError():
            return _readable(f"It could not be reached: {error}.")
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
            return "Its url can't be called."
        case Packed() | TooSlow():
            return f"It answered, but {error}."
        case _:
            return f"The connection broke off ({type(error).__name__})."


def _since(began: float) -> int:
    """In milliseconds."""
    return round(1_000 * (time.monotonic() - began))
