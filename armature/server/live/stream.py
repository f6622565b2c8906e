"""One operation of a client that reads server-sent events (GraphQL over SSE, "Distinct connections mode").

A comment now and then tells whatever stands in between that the connection is alive.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar

from armature.core.errors import ArmatureError
from armature.schema_builder.run.answer import Operation
from armature.server.auth.identity import WorkspaceIdentity
from armature.server.graphql.accept import EVENTS, Header
from armature.server.graphql.failures import Malformed
from armature.server.graphql.http import Streaming
from armature.server.graphql.request import Receive
from armature.server.listen import PROTOCOL
from armature.server.live.desk import LiveDesk
from armature.server.live.following import Following
from armature.server.live.outgoing import Message, Outgoing
from armature.server.live.sinks import entries_of

HEADERS: tuple[Header, ...] = (
    *EVENTS.headers,
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would wait for more
)
ALIVE = b":\n\n"
KEEP_ALIVE = 12.0  # seconds
LONGEST_WAIT = 5  # times that
MOST_DIGITS = 18
NEXT = b"event: next\ndata: "
COMPLETE = b"event: complete\ndata: \n\n"


class Stream:
    """The connection and its operation are one."""

    transport: ClassVar = "stream"

    def __init__(self, desk: LiveDesk, identity: WorkspaceIdentity, request: Streaming) -> None:
        self.identity = identity
        self._desk = desk
        self._send = request.send
        self._protocol = request.scope[PROTOCOL]
        self.outgoing = Outgoing(self._send_part, desk.room, self._drop)
        self._newest: Message | None = None
        self._comment: Message | None = None
        self._waits = 0
        self._over = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, request: Streaming) -> None:
        await self._send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [*HEADERS, (b"x-request-id", request.request_id)],
            }
        )
        self._protocol.on_shutdown = self._over.set
        self._keep_alive()
        ways = _until_gone(request.receive), self._answered(request.operation)
        ways_to_end = [asyncio.create_task(each) for each in ways]
        try:
            await asyncio.wait(ways_to_end, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._protocol.on_shutdown = None
            self._stop_keeping_alive()
            for each in ways_to_end:
                each.cancel()
            await asyncio.gather(*ways_to_end, return_exceptions=True)
            self.outgoing.close()
        with suppress(OSError):
            await self._send({"type": "http.response.body", "body": b""})

    def next(self, result: bytes, position: int | None = None) -> None:
        head = NEXT if position is None else b"id: %d\n%b" % (position, NEXT)
        if not self._over.is_set():
            self.outgoing.put(head, result.replace(b"\n", b""), b"\n\n")

    def renew(self, result: bytes) -> None:
        if not self._over.is_set():
            self._newest = self.outgoing.replace(self._newest, NEXT, result.replace(b"\n", b""), b"\n\n")

    @property
    def is_behind(self) -> bool:
        return self._newest is not None and self._newest.is_waiting

    async def sent(self) -> None:
        await self.outgoing.sent()

    def fail(self, entries: bytes) -> None:
        self.next(b'{"errors":%b}' % entries)
        self._complete()

    def refuse(self, error: ArmatureError) -> None:
        self.fail(entries_of(error))

    async def _answered(self, operation: Operation) -> None:
        """Returns when there is no more to come, and it has been sent."""
        following: Following | None = None
        try:
            following = await self._desk.begin(operation, self)
            if following is None:
                self._complete()
            await self._over.wait()
            await self.outgoing.sent()
        except Exception as error:  # noqa: BLE001  entries_of logs what is none of the client's making
            self.fail(entries_of(error))
            await self.outgoing.sent()
        finally:
            if following is not None:
                self._desk.leave(following, self.identity)

    def _complete(self) -> None:
        if not self._over.is_set():
            self.outgoing.put(COMPLETE)
            self._over.set()

    def _keep_alive(self) -> None:
        """A comment that waits since the last time is enough, and says how the client reads."""
        if self._comment is None or not self._comment.is_waiting:
            self._comment, self._waits = self.outgoing.put(ALIVE), 0
        elif self._waits == LONGEST_WAIT:
            self._drop()
            return
        self._waits += 1
        self._timer = asyncio.get_running_loop().call_later(KEEP_ALIVE, self._keep_alive)

    def _stop_keeping_alive(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _drop(self) -> None:
        """It reads too slowly; there are no codes for that."""
        self._desk.connections.dropped[self.transport] += 1
        self._protocol.transport.abort()

    async def _send_part(self, part: bytes) -> None:
        await self._send({"type": "http.response.body", "body": part, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _last_seen(header: bytes | None) -> int | None:
    """What an EventSource sends when it connects again. Raises Malformed."""
    if header is None:
        return None
    if not header.isdigit() or len(header) > MOST_DIGITS:
        raise Malformed("The Last-Event-ID is none of ours.", field="Last-Event-ID")
    return int(header)


class Streams:
    """Where the data API's event streams begin."""

    def __init__(self, desk: LiveDesk) -> None:
        self._desk = desk

    async def serve(self, request: Streaming, caller: WorkspaceIdentity) -> None:
        connections, stream = self._desk.connections, Stream(self._desk, caller, request)
        resumed = replace(request.operation, resume_after=_last_seen(request.headers.get(b"last-event-id")))
        connections.arrive()
        try:
            await connections.enter(stream, self._desk.credentials(request.headers, {}))
            await stream.run(replace(request, operation=resumed))
        finally:
            connections.leave(stream)
