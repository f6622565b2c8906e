"""Notices between processes, by PostgreSQL's NOTIFY: which model is new, which identities changed.

Only for what changes rarely: NOTIFY takes a lock of the whole server at commit, so it is never used for data.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg
import msgspec
import structlog

from armature.core.db import Connection

CHANNEL = "armature"
FIRST_PAUSE, LONGEST_PAUSE, HEARTBEAT = 0.05, 5.0, 10.0  # seconds

TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

Notice = dict[str, Any]

log = structlog.get_logger(__name__)


async def notify(connection: Connection, payload: Notice) -> None:
    """Tell every Listener, once the transaction commits; a transaction that is rolled back tells nobody.

    Payloads are `{"workspace": "<id>", "version": n}`, `{"identity": "<what changed>"}`, `{"documents": "<id of a
    workspace>"}`, `{"events": "<id of a workspace>"}` from who can't mark it otherwise (events/committed.py), and, once
    for many of them, `{"deliveries": "<id of a webhook>"}`.
    """
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, encoded(payload))


def encoded(payload: Notice) -> str:
    return msgspec.json.encode(payload).decode()


class Listener:
    """Hears notices over a connection of its own, and connects again for ever when it is lost.

    While `listening` is False, and from the moment it was, notices may be missed: whoever relies on them asks the
    database instead, and forgets what it knew when called by `on_missed`, which is before `listening` is True again.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._heard: list[Callable[[Notice], None]] = []
        self._missed: list[Callable[[], None]] = []
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def listening(self) -> bool:
        return self._connection is not None and not self._connection.is_closed() and not self._lost.is_set()

    def on_notice(self, callback: Callable[[Notice], None]) -> None:
        self._heard.append(callback)

    def on_missed(self, callback: Callable[[], None]) -> None:
        self._missed.append(callback)

    async def start(self) -> None:
        """Begin to listen; returns at once where PostgreSQL can't be reached, and keeps trying."""
        with suppress(*TROUBLE):
            self._connection = await self._connect()
        self._task = asyncio.create_task(self._keep_listening())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close()
        self._connection = None

    async def _connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        lost = self._lost = asyncio.Event()
        connection = await asyncpg.connect(self._url, server_settings={"application_name": "armature listener"})
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(CHANNEL, self._on_payload)
        return connection

    async def _keep_listening(self) -> None:
        while True:
            if self._connection is not None:
                await self._until_lost(self._connection)
                log.warning("listener.lost")
            await self._connect_again()
            log.info("listener.listening")

    async def _until_lost(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """A server that vanished without a word is found out by asking it now and then."""
        while self.listening:
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await self._lost.wait()
                return
            try:
                await connection.execute("SELECT 1", timeout=HEARTBEAT)
            except TROUBLE:
                connection.terminate()
                return

    async def _connect_again(self) -> None:
        self._connection = None
        pause = FIRST_PAUSE
        while self._connection is None:
            try:
                found = await self._connect()
            except TROUBLE:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self._tell_missed()
                self._connection = found

    def _tell_missed(self) -> None:
        for callback in self._missed:
            callback()

    def _on_payload(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        try:
            notice = msgspec.json.decode(str(payload), type=Notice)
        except msgspec.MsgspecError:
            log.warning("listener.unreadable", payload=payload)
            return
        for callback in self._heard:
            callback(notice)
