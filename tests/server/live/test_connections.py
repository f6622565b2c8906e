"""Credentials that change at the worst moment."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar
from uuid import UUID

import pytest

from armature.core.errors import ArmatureError, Unauthenticated
from armature.core.notices import notify
from armature.core.settings import Settings
from armature.server.auth.access_tokens import AccessTokens
from armature.server.auth.api_keys import NewKey, create_api_key, revoke_api_key
from armature.server.auth.identity import Identities, WorkspaceIdentity
from armature.server.live.connections import Connections, Credentials
from armature.server.live.outgoing import Outgoing
from tests.support.control_plane import SECRET_KEY
from tests.support.data_api import DataApi, data_api


class Somebody:
    transport: ClassVar = "websocket"
    identity: WorkspaceIdentity
    outgoing: Outgoing

    def __init__(self) -> None:
        self.refused: asyncio.Future[ArmatureError] = asyncio.get_running_loop().create_future()

    def refuse(self, error: ArmatureError) -> None:
        self.refused.set_result(error)


class Slow(Identities):
    """Hands the first answer on when the key was revoked meanwhile, and everybody has heard of it."""

    def __init__(self, api: DataApi, workspace_id: UUID, key: NewKey) -> None:
        super().__init__(api.db, api.listener, TOKENS)
        self.revoked = key
        self._api, self._workspace_id = api, workspace_id
        self._notices: asyncio.Queue[Any] = asyncio.Queue()
        self._is_first = True

    async def in_workspace(self, authorization: bytes | None, workspace: bytes | None) -> WorkspaceIdentity:
        found = await super().in_workspace(authorization, workspace)
        if self._is_first:
            self._is_first = False
            self._api.listener.on_notice(self._notices.put_nowait)
            await revoke_api_key(self._api.db, self._workspace_id, str(self.revoked.id))
            while "identity" not in await self._notices.get():
                pass
        return found


@pytest.fixture
async def api(migrated_database_url: str) -> AsyncIterator[DataApi]:
    async with data_api(migrated_database_url) as api:
        yield api


async def new_key(api: DataApi) -> tuple[UUID, NewKey]:
    workspace_id = (await api.workspace()).workspace_id
    return workspace_id, await create_api_key(api.db, workspace_id, "tests")


def of(key: NewKey) -> Credentials:
    return Credentials(f"Bearer {key.token}".encode(), None)


async def entered(connections: Connections, key: NewKey) -> Somebody:
    somebody = Somebody()
    connections.arrive()
    await connections.enter(somebody, of(key))
    return somebody


async def test_a_key_that_is_revoked_while_somebody_comes_in_is_found_out(api: DataApi) -> None:
    workspace_id, key = await new_key(api)
    connections = Connections(Slow(api, workspace_id, key), api.listener, Settings(), print)
    somebody = await entered(connections, key)

    assert isinstance(await somebody.refused, Unauthenticated)
    await connections.close()


async def test_who_could_not_be_looked_at_is_looked_at_again(api: DataApi) -> None:
    """The connection to PostgreSQL breaks while a key is looked for."""
    _, key = await new_key(api)
    connections = Connections(Identities(api.db, api.listener, TOKENS), api.listener, Settings(), print)
    both = [await entered(connections, key) for _ in range(2)]
    async with api.db.connection() as connection, api.db.connection() as other, connection.transaction():
        await connection.execute("LOCK armature.api_keys IN ACCESS EXCLUSIVE MODE")
        await connection.execute("UPDATE armature.api_keys SET revoked_at = now() WHERE id = $1", key.id)
        await notify(other, {"identity": str(key.id)})
        while not await other.fetchval(BREAK):  # noqa: ASYNC110
            await asyncio.sleep(0)

    for each in both:
        assert isinstance(await each.refused, Unauthenticated)
    await connections.close()


TOKENS = AccessTokens(SECRET_KEY, 900)
BREAK = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
