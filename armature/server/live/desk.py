"""What all connections share: who may connect, what their operations do, how much of everything there is for one."""

import asyncio
from collections.abc import Awaitable, Mapping, MutableMapping
from typing import Any, Protocol

import msgspec

from armature.core.errors import LimitExceeded, TimedOut
from armature.core.settings import Settings, environment_name
from armature.schema_builder.run.answer import Answer, Operation
from armature.server.auth.identity import WORKSPACE_HEADER, WorkspaceIdentity
from armature.server.auth.visit import Visits
from armature.server.cookies import Cookies
from armature.server.graphql.failures import CrossSite
from armature.server.graphql.origin import is_own_page
from armature.server.limits.callers import Limits, price
from armature.server.live.connections import Connected, Connections, Credentials
from armature.server.live.following import Following
from armature.server.live.outgoing import Room
from armature.server.live.places import Live
from armature.server.live.sinks import Sink
from armature.server.live.strangers import Stranger, Strangers
from armature.server.origins import Origins

AUTHORIZATION = "authorization"
WORKSPACE = WORKSPACE_HEADER.lower()


class Executor(Protocol):
    async def named(self, operation: Operation, caller: WorkspaceIdentity) -> Operation:
        """With its text, where it is named instead of sent."""
        ...

    def execute(self, operation: Operation, caller: WorkspaceIdentity) -> Awaitable[Answer]: ...


class TooManyOperations(LimitExceeded):
    def __init__(self, limit: int) -> None:
        setting = environment_name("live_subscriptions")
        super().__init__("Operations on one WebSocket", limit=limit, actual=limit + 1, setting=setting)


class LiveDesk:
    def __init__(
        self,
        executor: Executor,
        live: Live,
        connections: Connections,
        limits: Limits[WorkspaceIdentity],
        cookies: Cookies,
        origins: Origins,
        visits: Visits,
        settings: Settings,
    ) -> None:
        self.room = Room.of(settings)
        self.connections = connections
        self._executor = executor
        self._live = live
        self._limits = limits
        self._cookies = cookies
        self._origins = origins
        self._visits = visits
        self._strangers = Strangers(settings.live_connections_of_address)
        self._patience = settings.request_timeout
        self._most_operations = settings.live_subscriptions

    def check_page(self, headers: Mapping[bytes, bytes]) -> None:
        """Before a WebSocket opens, which browsers let any page do. Raises CrossSite for a page that may not call."""
        origin = headers.get(b"origin")
        if origin is None or is_own_page(headers) or self._origins.may_connect(origin):
            return
        raise CrossSite

    def meet(self, scope: MutableMapping[str, Any], headers: Mapping[bytes, bytes]) -> Stranger:
        """Somebody opens a WebSocket. Raises TooManyConnections for one more from an address of many."""
        return self._strangers.arrive(self._visits.of(scope, headers).network)

    def credentials(self, headers: Mapping[bytes, bytes], payload: Mapping[str, Any]) -> Credentials:
        """What the first message says counts, then headers, then a cookie. Raises CrossSite."""
        said = _said(payload)
        authorization = said.get(AUTHORIZATION) or headers.get(b"authorization") or self._cookies.authorization(headers)
        return Credentials(authorization, said.get(WORKSPACE) or headers.get(WORKSPACE.encode()))

    async def enter(self, connected: Connected, headers: Mapping[bytes, bytes], payload: Mapping[str, Any]) -> None:
        """Raises ArmatureError for one who may not."""
        await self.connections.enter(connected, self.credentials(headers, payload))
        if b"origin" in headers:
            self._origins.check(headers[b"origin"], connected.identity.workspace_id)

    def check_count(self, count: int) -> None:
        """Before one more operation of a connection. Raises TooManyOperations."""
        if count >= self._most_operations:
            raise TooManyOperations(self._most_operations)

    async def begin(self, operation: Operation, sink: Sink) -> Following | None:
        """A subscription goes on until `leave`; for others, None, and all has been said. Raises Refused, ArmatureError.

        It costs what the same query would, at least a point whatever becomes of it; what follows from events is free.
        """
        share, cost = await self._limits.admit(sink.identity), 0
        try:
            async with asyncio.timeout(self._patience):
                named = await self._executor.named(operation, sink.identity)
                following = await self._live.follow(named, sink)
                cost = following.cost if following is not None else await self._execute(named, sink)
        except TimeoutError as error:
            raise TimedOut(self._patience) from error
        finally:
            if share is not None:
                share.charge(price(cost))
        return following

    async def _execute(self, operation: Operation, sink: Sink) -> int:
        answer = await self._executor.execute(operation, sink.identity)
        body = bytes(answer.body)
        if answer.executed:
            sink.next(body)
        else:
            sink.fail(bytes(msgspec.json.decode(body, type=dict[str, msgspec.Raw])["errors"]))
        return answer.cost

    def leave(self, following: Following, identity: WorkspaceIdentity) -> None:
        self._live.leave(following, identity.workspace_id)


def _said(payload: Mapping[str, Any]) -> Mapping[str, bytes]:
    """The headers in the first message's payload: there, or in its `headers`, as various clients do it."""
    within = payload.get("headers")
    given = {**within, **payload} if isinstance(within, dict) else payload
    known = {name.lower(): value for name, value in given.items() if isinstance(value, str)}
    return {name: known[name].encode() for name in (AUTHORIZATION, WORKSPACE) if known.get(name)}
