"""Who is connected: so many and no more, each for as long as its credentials are good.

Credentials are looked at again when they expire, and when a notice says that something has changed for their user, key
or workspace.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Set
from math import inf
from time import time
from typing import Any, ClassVar, Protocol
from uuid import UUID

from armature.core.errors import ArmatureError, LimitExceeded, Unauthenticated, Unavailable
from armature.core.notices import Listener
from armature.core.settings import Settings, environment_name
from armature.server.auth.identity import Identities, WorkspaceIdentity, subjects
from armature.server.live.outgoing import Outgoing
from armature.server.live.sinks import told_of

PAUSE = 1.0  # seconds until PostgreSQL, which was away, is asked again
MOMENT = 0.05  # seconds; so long is waited at least until something is looked at again
LONGEST_TIMER = 86_400.0  # seconds


class Connected(Protocol):
    """One client, and by what it is connected: `websocket` or `stream`."""

    transport: ClassVar[str]
    identity: WorkspaceIdentity
    outgoing: Outgoing

    def refuse(self, error: ArmatureError) -> None:
        """End it."""


class TooManyConnections(LimitExceeded):
    def __init__(self, whose: str, limit: int, setting: str) -> None:
        super().__init__(f"Connections {whose}", limit=limit, actual=limit + 1, setting=environment_name(setting))


class Credentials:
    """What a client has shown when it connected, as HTTP headers have it."""

    __slots__ = ("authorization", "workspace")

    def __init__(self, authorization: bytes | None, workspace: bytes | None) -> None:
        self.authorization = authorization
        self.workspace = workspace


class Place:
    """That of one connection among the others."""

    __slots__ = ("credentials", "owner", "timer")

    def __init__(self, owner: str, credentials: Credentials) -> None:
        self.owner = owner
        self.credentials = credentials
        self.timer: asyncio.TimerHandle | None = None


class Connections:
    """Those of one process. `on_change` is told of a workspace where somebody sees something else than before.

    `dropped` counts those who have read too slowly, by transport.
    """

    def __init__(
        self, identities: Identities, listener: Listener, settings: Settings, on_change: Callable[[UUID], None]
    ) -> None:
        self._identities = identities
        self._listener = listener
        self._most, self._most_of_caller = settings.live_connections, settings.live_connections_of_caller
        self._on_change = on_change
        self.dropped: Counter[str] = Counter()
        self._open = 0
        self._places: dict[Connected, Place] = {}
        self._by_owner: Counter[str] = Counter()
        self._checks: dict[asyncio.Task[None], Set[UUID]] = {}
        listener.on_notice(self._heard)
        self._changes = 0
        listener.on_missed(self._missed)

    @property
    def known(self) -> Iterable[Connected]:
        return self._places.keys()

    @property
    def strangers(self) -> int:
        """Those of whom nothing is known yet."""
        return self._open - len(self._places)

    def arrive(self) -> None:
        """Somebody connects, of whom nothing is known yet; `leave` when it is gone. Raises TooManyConnections."""
        if self._open >= self._most:
            raise TooManyConnections("to this process", self._most, "live_connections")
        self._open += 1

    async def enter(self, connected: Connected, credentials: Credentials) -> None:
        """Sets its identity. Raises ArmatureError for one who may not."""
        changes = self._changes
        connected.identity = identity = await self._identified(credentials)
        if self._by_owner[identity.owner] >= self._most_of_caller:
            raise TooManyConnections("of this caller", self._most_of_caller, "live_connections_of_caller")
        self._by_owner[identity.owner] += 1
        place = self._places[connected] = Place(identity.owner, credentials)
        self._wait(connected, place, identity.expires_at - time())
        if changes != self._changes:  # perhaps of this one, after it was looked at
            self._check([connected])

    def leave(self, connected: Connected) -> None:
        self._open -= 1
        place = self._places.pop(connected, None)
        if place is None:
            return
        self._by_owner[place.owner] -= 1
        if not self._by_owner[place.owner]:
            del self._by_owner[place.owner]
        if place.timer is not None:
            place.timer.cancel()

    async def settled(self, workspace_id: UUID) -> None:
        """Returns when those there have been looked at whose credentials are being looked at now.

        Where no notices are heard, that is all of them, once they are: what was missed may be that a key is revoked.
        """
        while not self._listener.listening:  # noqa: ASYNC110  seldom
            await asyncio.sleep(MOMENT)
        if checks := [check for check, of in self._checks.items() if workspace_id in of]:
            await asyncio.wait(checks)

    async def close(self) -> None:
        for task in self._checks:
            task.cancel()
        await asyncio.gather(*self._checks, return_exceptions=True)

    async def _identified(self, credentials: Credentials) -> WorkspaceIdentity:
        return await self._identities.in_workspace(credentials.authorization, credentials.workspace)

    async def _still(self, before: WorkspaceIdentity, credentials: Credentials) -> WorkspaceIdentity:
        """Raises OtherCaller, too."""
        found = await self._identified(credentials)
        if found.owner != before.owner or found.workspace_id != before.workspace_id:
            raise OtherCaller
        return found

    def _wait(self, connected: Connected, place: Place, seconds: float) -> None:
        """Look at its credentials after so long."""
        if place.timer is not None:
            place.timer.cancel()
        if seconds < inf and connected in self._places:
            later = asyncio.get_running_loop().call_later
            place.timer = later(max(0.0, min(seconds, LONGEST_TIMER)), self._check, [connected])

    def _heard(self, notice: dict[str, Any]) -> None:
        """As server/auth/identity.py hears it."""
        subject = notice.get("identity") or (notice.get("workspace") if "version" not in notice else None)
        if subject is not None:
            self._changes += 1
            concerned = UUID(subject)
            self._check([each for each in self._places if concerned in subjects(each.identity)])

    def _missed(self) -> None:
        self._changes += 1
        self._check([*self._places])

    def _check(self, connected: list[Connected]) -> None:
        if connected:
            task = asyncio.get_running_loop().create_task(self._check_each(connected))
            self._checks[task] = {each.identity.workspace_id for each in connected}
            task.add_done_callback(self._checks.pop)

    async def _check_each(self, connected: list[Connected]) -> None:
        for each in connected:
            if (place := self._places.get(each)) is not None:
                await self._check_one(each, place)

    async def _check_one(self, connected: Connected, place: Place) -> None:
        before = connected.identity
        try:
            found = await self._still(before, place.credentials)
        except Exception as error:  # noqa: BLE001  told_of logs what is none of the client's making
            self._doubt(connected, place, told_of(error))
        else:
            connected.identity = found
            self._wait(connected, place, max(MOMENT, found.expires_at - time()))
            if found != before:
                self._on_change(found.workspace_id)

    def _doubt(self, connected: Connected, place: Place, error: ArmatureError) -> None:
        if isinstance(error, Unavailable):
            self._wait(connected, place, PAUSE)
        else:
            connected.refuse(error)


class OtherCaller(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The credentials mean somebody else by now.", hint="Connect again.")
