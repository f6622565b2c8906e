"""GraphQL over HTTP, for any executor: one ASGI application for each endpoint.

It decides what HTTP decides: method, media types, sizes, time, who calls, statuses. What an operation means, the
executor knows. Written against the working group's draft of the GraphQL-over-HTTP specification and its audits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import structlog

from armature.core.errors import ArmatureError, TimedOut
from armature.core.logs import begin_request
from armature.core.settings import Settings
from armature.schema_builder.run.answer import Answer, Operation
from armature.schema_builder.run.text import Streamed
from armature.server.graphql.accept import EVENTS, JSON, SAFE, Header, Media, negotiate
from armature.server.graphql.failures import (
    BodyTooSlow,
    CrossSite,
    Internal,
    MethodNotAllowed,
    NotAcceptable,
    UnsupportedEncoding,
    as_told,
    body_of,
    headers_of,
    status_of,
)
from armature.server.graphql.origin import is_cross_site
from armature.server.graphql.request import (
    ClientGone,
    Receive,
    check_json,
    check_values,
    idempotency_key,
    operation_in_body,
    operation_in_query,
    read_body,
)
from armature.server.graphql.watch import Running, Watch
from armature.server.limits.callers import Limits, price

log = structlog.get_logger("armature.http")

Caller = TypeVar("Caller")
CallerIn = TypeVar("CallerIn", contravariant=True)
Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Identify: TypeAlias = Callable[[Scope, Mapping[bytes, bytes]], Awaitable[Caller]]
"""Who calls, from the connection and the headers of a request. Raises Unauthenticated, Forbidden."""

OPTIONS: tuple[Header, ...] = ((b"allow", b"GET, HEAD, POST, OPTIONS"), SAFE)
UNCACHED: tuple[Header, ...] = ((b"cache-control", b"private, no-store"), (b"vary", b"accept, authorization"))
SLOW = 1.0  # seconds
NAME = "armature.operation"
SHARE = "armature.share"


@dataclass(frozen=True, slots=True)
class Streaming:
    """A request for a stream, read."""

    operation: Operation
    headers: Mapping[bytes, bytes]
    scope: Scope
    receive: Receive
    send: Send
    request_id: bytes


class Executor(Protocol[CallerIn]):
    def execute(self, operation: Operation, caller: CallerIn) -> Awaitable[Answer]: ...


class Streams(Protocol[CallerIn]):
    """Results as they come, to a client that accepts events."""

    async def serve(self, request: Streaming, caller: CallerIn) -> None:
        """Until the client is gone or there is no more to come. Raises ArmatureError where it can't begin."""


class GraphQLEndpoint(Generic[Caller]):
    """One path of the server. Nothing of a request outlives it but what the executor remembers."""

    def __init__(
        self,
        executor: Executor[Caller],
        identify: Identify[Caller],
        settings: Settings,
        limits: Limits[Caller] | None = None,
        streams: Streams[Caller] | None = None,
        longest_of: Callable[[Caller], int] | None = None,
    ) -> None:
        """`longest_of` tells how many bytes a caller's body may have, where not all have what the setting says."""
        self._executor = executor
        self._identify = identify
        self._settings = settings
        self._limits = limits
        self._streams = streams
        self._longest_of = longest_of or (lambda _: settings.max_body_size)
        self._origins = frozenset(each.encode() for each in settings.cors_origins)
        self._watch = Watch(settings.request_timeout)
        self._tells_all = settings.log_level.lower() == "debug"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        headers = _by_name(scope["headers"])
        request_id = begin_request(headers.get(b"x-request-id"))
        method = scope["method"]
        if method == "OPTIONS":
            await _respond(send, 204, OPTIONS, b"", request_id)
            return
        media = negotiate(headers.get(b"accept"))
        if media is EVENTS and self._streams is None:
            media = None
        elif media is EVENTS:
            await self._streamed(scope, headers, receive, send, request_id)
            return
        extra: tuple[Header, ...] = () if method == "POST" else UNCACHED
        try:
            answer = await self._answer(scope, headers, media, receive)
            status = 200 if answer.executed or media is None else media.refused
            body, points = answer.body, price(answer.cost, answer.fields)
            if answer.headers:
                extra = (*extra, *answer.headers)
        except ClientGone:
            log.info("client gone", seconds=round(perf_counter() - started, 3))
            return
        except Exception as error:  # noqa: BLE001  the last who can tell client and log
            told = as_told(error) or _logged(request_id)
            status = status_of(told, media or JSON)
            extra = (*extra, *headers_of(told, status))
            body, points = body_of(told), price(0)
        share = scope.get(SHARE)
        if share is not None:
            extra = (*extra, *share.charge(points).headers)
        await _respond(send, status, ((media or JSON).headers + extra), body, request_id)
        seconds = perf_counter() - started
        if self._tells_all or seconds > SLOW:
            _tell(scope, status, seconds)

    async def _answer(
        self, scope: Scope, headers: Mapping[bytes, bytes], media: Media | None, receive: Receive
    ) -> Answer:
        """All that can take time, under the time limit."""
        if media is None:
            raise NotAcceptable
        running = self._watch.begin(receive)
        try:
            if scope["method"] == "POST":
                operation, caller = await self._posted(scope, headers, receive)
            else:
                operation, caller = await self._got(scope, headers)
            running.body_read = True
            scope[NAME] = operation.name
            return await self._executor.execute(operation, caller)
        except asyncio.CancelledError:
            raise self._reason(running) from None
        finally:
            self._watch.finish(running)

    async def _streamed(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send, request_id: bytes
    ) -> None:
        """A request that can't begin is answered as any other is."""
        assert self._streams is not None  # noqa: S101  asked before
        try:
            operation, caller = await self._asked(scope, headers, receive)
            await self._streams.serve(Streaming(operation, headers, scope, receive, send, request_id), caller)
        except ClientGone:
            log.info("client gone")
        except Exception as error:  # noqa: BLE001  as above
            told = as_told(error) or _logged(request_id)
            status = status_of(told, JSON)
            await _respond(send, status, JSON.headers + headers_of(told, status), body_of(told), request_id)

    async def _asked(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> tuple[Operation, Caller]:
        running = self._watch.begin(receive)
        try:
            if scope["method"] == "POST":
                return await self._posted(scope, headers, receive)
            return await self._got(scope, headers)
        except asyncio.CancelledError:
            raise self._reason(running) from None
        finally:
            self._watch.finish(running)

    async def _posted(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> tuple[Operation, Caller]:
        check_json(headers.get(b"content-type"))
        encoding = headers.get(b"content-encoding")
        if encoding is not None and encoding != b"identity":
            raise UnsupportedEncoding(encoding.decode("latin-1")[:50])
        caller = await self._admitted(scope, headers)
        key = idempotency_key(headers.get(b"idempotency-key"))
        body = await read_body(receive, headers.get(b"content-length"), self._longest_of(caller))
        check_values(body)
        operation = operation_in_body(body)
        return operation if key is None else replace(operation, idempotency_key=key), caller

    async def _got(self, scope: Scope, headers: Mapping[bytes, bytes]) -> tuple[Operation, Caller]:
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed(scope["method"])
        if is_cross_site(headers, self._origins):
            raise CrossSite
        caller = await self._admitted(scope, headers)
        return operation_in_query(scope["query_string"], self._settings.max_body_size), caller

    async def _admitted(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Caller:
        """Who calls, where they may. Before the body is read: who is refused costs nothing."""
        caller = await self._identify(scope, headers)
        if self._limits is not None:
            scope[SHARE] = await self._limits.admit(caller)
        return caller

    def _reason(self, running: Running) -> BaseException:
        """Why a request's task was cancelled; by the server that shuts down, when by none of us."""
        if running.verdict is None:
            return asyncio.CancelledError()
        running.task.uncancel()
        if running.verdict == "CLIENT_GONE":
            return ClientGone()
        limit = self._settings.request_timeout
        return TimedOut(limit) if running.body_read else BodyTooSlow(limit)


def _logged(request_id: bytes) -> ArmatureError:
    log.exception("request failed")
    return Internal(request_id.decode())


def _by_name(headers: list[Header]) -> Mapping[bytes, bytes]:
    """A header sent several times is one list (RFC 9110, section 5.3)."""
    found = dict(headers)
    if len(found) == len(headers):
        return found
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = b"%s, %s" % (joined[name], value) if name in joined else value
    return joined


async def _respond(
    send: Send, status: int, headers: tuple[Header, ...], body: bytes | Streamed, request_id: bytes
) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id)],
        }
    )
    if isinstance(body, bytes):
        await send({"type": "http.response.body", "body": body})
        return
    for each in body:
        await send({"type": "http.response.body", "body": each, "more_body": True})
        await asyncio.sleep(0)  # to send does not wait while the client reads
    await send({"type": "http.response.body", "body": b""})


def _tell(scope: Scope, status: int, seconds: float) -> None:
    tell = log.warning if seconds > SLOW else log.debug
    tell(
        "slow request" if seconds > SLOW else "request",
        method=scope["method"],
        path=scope["path"],
        operation=scope.get(NAME),
        status=status,
        seconds=round(seconds, 4),
    )
