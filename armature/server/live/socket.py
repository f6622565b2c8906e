"""One client that speaks graphql-transport-ws: its messages, its operations, and why it is sent away.

Any operation may be sent; a subscription goes on until either side completes it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
import structlog
from starlette.types import Receive, Scope, Send

from armature.core.errors import ArmatureError
from armature.core.logs import begin_request
from armature.server.auth.identity import WorkspaceIdentity
from armature.server.graphql.failures import CrossSite
from armature.server.graphql.request import operation_in_body
from armature.server.listen import END
from armature.server.live import messages
from armature.server.live.codes import Code, code_of, reason_of
from armature.server.live.desk import LiveDesk
from armature.server.live.following import Following
from armature.server.live.outgoing import Message, Outgoing
from armature.server.live.sinks import entries_of, told_of
from armature.server.live.strangers import Stranger

PATIENCE = 10.0  # seconds for the first message

log = structlog.get_logger("armature.live")


class Closed(Exception):
    """The client's own doing, or what ended it has been said."""


class Misbehaved(Exception):
    """Against the protocol; the connection is closed."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Operating:
    """One operation of a client's, which is where its results go."""

    __slots__ = ("_following", "_head", "_id", "_newest", "_socket", "_task")

    def __init__(self, socket: "Socket", id_: str) -> None:
        self._socket = socket
        self._id = id_
        self._head = messages.next_head(id_)
        self._following: Following | None = None
        self._newest: Message | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def identity(self) -> WorkspaceIdentity:
        return self._socket.identity

    def begin(self, payload: bytes) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(payload))

    def next(self, result: bytes, _position: int | None = None) -> None:
        self._socket.outgoing.put(self._head, result, messages.END)

    def renew(self, result: bytes) -> None:
        self._newest = self._socket.outgoing.replace(self._newest, self._head, result, messages.END)

    @property
    def is_behind(self) -> bool:
        return self._newest is not None and self._newest.is_waiting

    def fail(self, entries: bytes) -> None:
        self._end(messages.error(self._id, entries))

    async def sent(self) -> None:
        await self._socket.outgoing.sent()

    def stop(self) -> None:
        """The client wants no more."""
        if self._task is not None:
            self._task.cancel()
        if self._following is not None:
            self._socket.desk.leave(self._following, self.identity)

    async def _run(self, payload: bytes) -> None:
        begin_request(None)
        desk = self._socket.desk
        try:
            self._following = await desk.begin(operation_in_body(payload), self)
        except Exception as error:  # noqa: BLE001  entries_of logs what is none of the client's making
            self.fail(entries_of(error))
        else:
            if self._following is None:
                self._end(messages.complete(self._id))
        finally:
            self._task = None

    def _end(self, message: bytes) -> None:
        if self._socket.operations.get(self._id) is self:
            del self._socket.operations[self._id]
            self._socket.outgoing.put(message)


class Socket:
    """Lives as long as its WebSocket."""

    transport: ClassVar = "websocket"
    identity: WorkspaceIdentity

    def __init__(
        self, desk: LiveDesk, stranger: Stranger, scope: Scope, headers: Mapping[bytes, bytes], send: Send
    ) -> None:
        self.desk = desk
        self.outgoing = Outgoing(self._send_text, desk.room, self._drop)
        self.operations: dict[str, Operating] = {}
        self._headers = headers
        self._end = scope["extensions"][END]
        self._send = send
        self._stranger = stranger
        self._is_known = False
        self._is_asked = False

    async def run(self, receive: Receive) -> None:
        impatience = asyncio.get_running_loop().call_later(PATIENCE, self._lose_patience)
        try:
            while True:
                await self._take(await receive())
        except Closed:
            pass
        except Misbehaved as error:
            self.end(error.code, error.reason)
        except Exception:
            log.exception("a WebSocket failed")
            self.end(Code.INTERNAL, "Something went wrong inside the server.")
        finally:
            impatience.cancel()
            for operating in [*self.operations.values()]:
                operating.stop()
            self.outgoing.close()

    def refuse(self, error: ArmatureError) -> None:
        self.end(code_of(error), reason_of(error))

    def end(self, code: Code, reason: str) -> None:
        self.outgoing.close()
        self._end(int(code), reason)

    async def _take(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "websocket.disconnect":
            raise Closed
        text = message.get("text")
        if text is None:
            raise Misbehaved(Code.BAD_REQUEST, "Messages are text, not binary.")
        try:
            read = messages.read_message(text)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Misbehaved(Code.BAD_REQUEST, "This is no message of graphql-transport-ws.") from error
        match read:
            case messages.ConnectionInit(payload=payload):
                await self._greet(payload or {})
            case messages.Ping(payload=payload):
                self.outgoing.put(messages.pong(payload))
            case messages.Subscribe(id=id_, payload=payload):
                self._begin(id_, payload)
            case messages.Complete(id=id_):
                self._complete(id_)
            case messages.Pong():
                pass

    async def _greet(self, payload: Mapping[str, Any]) -> None:
        if self._is_asked:
            raise Misbehaved(Code.TOO_MANY_INITS, "Too many initialisation requests")
        self._is_asked = True
        try:
            await self.desk.enter(self, self._headers, payload)
        except Exception as error:
            told = told_of(error)
            raise Misbehaved(code_of(told), reason_of(told)) from error
        self._is_known = True
        self._stranger.leave()
        self.outgoing.put(messages.ACK)

    def _begin(self, id_: str, payload: msgspec.Raw) -> None:
        if not self._is_known:
            raise Misbehaved(Code.UNAUTHORIZED, "Unauthorized")
        if not 0 < len(id_) <= messages.LONGEST_ID:
            raise Misbehaved(Code.BAD_REQUEST, f"An id has 1 to {messages.LONGEST_ID} characters.")
        if id_ in self.operations:
            raise Misbehaved(Code.SUBSCRIBER_EXISTS, f"Subscriber for {id_[:50]} already exists")
        try:
            self.desk.check_count(len(self.operations))
        except ArmatureError as error:
            self.outgoing.put(messages.error(id_, entries_of(error)))
            return
        self.operations[id_] = operating = Operating(self, id_)
        operating.begin(bytes(payload))

    def _complete(self, id_: str) -> None:
        operating = self.operations.pop(id_, None)
        if operating is not None:
            operating.stop()

    def _lose_patience(self) -> None:
        if not self._is_known:
            self.end(Code.INIT_TIMEOUT, "Connection initialisation timeout")

    def _drop(self) -> None:
        self.desk.connections.dropped[self.transport] += 1
        self.end(Code.TOO_SLOW, "The client reads too slowly.")

    async def _send_text(self, message: bytes) -> None:
        await self._send({"type": "websocket.send", "text": message.decode()})


async def serve_socket(desk: LiveDesk, scope: Scope, receive: Receive, send: Send) -> None:
    """A WebSocket, from its handshake to its end."""
    headers = dict(scope["headers"])
    await receive()
    try:
        desk.check_page(headers)
        stranger = desk.meet(scope, headers)
    except CrossSite:
        await send({"type": "websocket.close"})  # before it is accepted: 403
    except ArmatureError as error:
        await _deny(error, send)
    else:
        try:
            await _serve(desk, stranger, scope, receive, send)
        finally:
            stranger.leave()


async def _deny(error: ArmatureError, send: Send) -> None:
    """Before it is accepted: nothing of it is left behind."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"%d" % PATIENCE)]
    await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": f"{error.message}\n".encode()})


async def _serve(desk: LiveDesk, stranger: Stranger, scope: Scope, receive: Receive, send: Send) -> None:
    is_spoken = messages.PROTOCOL in scope["subprotocols"]
    await send({"type": "websocket.accept", "subprotocol": messages.PROTOCOL if is_spoken else None})
    socket = Socket(desk, stranger, scope, dict(scope["headers"]), send)
    if not is_spoken:
        socket.end(Code.SUBPROTOCOL, f"Speak {messages.PROTOCOL}.")
        return
    try:
        desk.connections.arrive()
    except ArmatureError as error:
        socket.refuse(error)
        return
    try:
        await socket.run(receive)
    finally:
        desk.connections.leave(socket)
