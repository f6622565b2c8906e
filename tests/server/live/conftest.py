"""A workspace with the CRM pack, and those who listen to it."""

from collections.abc import AsyncIterator

import pytest

from tests.server.live.world import World, opened
from tests.support.control_plane import Caller, Site
from tests.support.live_client import LiveClient, Relay, live, relay


@pytest.fixture
def own(site: Site) -> Caller:
    """A workspace of the test's own."""
    return site.sign_up(pack="crm")


@pytest.fixture
async def told(site: Site, own: Caller) -> AsyncIterator[Relay]:
    async with relay(site.redis_url, own.workspace_id) as found:
        yield found


@pytest.fixture
async def client(site: Site, own: Caller) -> AsyncIterator[LiveClient]:
    async with live(site.url, own.token) as found:
        yield found


@pytest.fixture
async def world(migrated_database_url: str, worker_redis_url: str) -> AsyncIterator[World]:
    async with opened(migrated_database_url, worker_redis_url) as found:
        yield found
