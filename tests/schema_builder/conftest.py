"""The CRM pack with a few records, asked without HTTP. `pytest` knows `--update` where it is given this folder."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from armature.metadata.changes import CreateRole, SetObjectPermission
from armature.metadata.model import Snapshot
from armature.metadata.packs.crm import CRM
from armature.metadata.rights import RIGHTS, Rule
from armature.migrations.workspace.change import change_workspace
from tests.support.data_api import Client, DataApi, data_api, insert_state
from tests.support.servers import Databases
from tests.support.small_crm import GADGET, small_crm
from tests.support.small_library import LIBRARY, small_library


@pytest.fixture(scope="session")
def data_url(databases: Databases, migrated_template_url: str) -> Iterator[str]:
    """One database for all tests here: each has workspaces of its own."""
    url = databases.create(template=migrated_template_url)
    yield url
    databases.drop(url)


@pytest.fixture
async def api(data_url: str) -> AsyncIterator[DataApi]:
    async with data_api(data_url) as api:
        yield api


@pytest.fixture(scope="session")
def crm_snapshot(data_url: str) -> Snapshot:
    return asyncio.run(_added(data_url, add_crm))


@pytest.fixture(scope="session")
def library_snapshot(data_url: str) -> Snapshot:
    return asyncio.run(_added(data_url, add_library))


@pytest.fixture(scope="session")
def clerk_snapshot(data_url: str) -> Snapshot:
    return asyncio.run(_added(data_url, add_clerk))


async def _added(url: str, add: Callable[[DataApi], Awaitable[Snapshot]]) -> Snapshot:
    async with data_api(url) as api:
        return await add(api)


async def add_crm(api: DataApi) -> Snapshot:
    snapshot = await api.workspace([*CRM, GADGET])
    await insert_state(api.db, snapshot, small_crm(snapshot))
    return snapshot


async def add_clerk(api: DataApi) -> Snapshot:
    """With a role whose every record is in sight by some rule: of its own, about the caller, through relations."""
    snapshot = await add_crm(api)
    steps = (
        CreateRole(name="clerk"),
        _lets("company", {"people": {"some": {"email": {"eq": "$me.email"}}}}),
        _lets("person", {"companyId": {"is": "NOT_NULL"}}),
        _lets("opportunity", {"pointOfContactId": {"eq": "$me.id"}}),
    )
    return await change_workspace(api.db, snapshot.workspace_id, steps)


def _lets(of: str, rule: Rule) -> SetObjectPermission:
    return SetObjectPermission(role="clerk", object=of, rights=RIGHTS, read_rule=rule)


async def add_library(api: DataApi) -> Snapshot:
    snapshot = await api.workspace(LIBRARY)
    await insert_state(api.db, snapshot, small_library(snapshot))
    return snapshot


@pytest.fixture
def crm(api: DataApi, crm_snapshot: Snapshot) -> Client:
    """For tests that only read."""
    return Client(api, crm_snapshot)


@pytest.fixture
async def own_crm(api: DataApi) -> Client:
    """For tests that write."""
    return Client(api, await add_crm(api))


@pytest.fixture
async def own_library(api: DataApi) -> Client:
    return Client(api, await add_library(api))
