"""Fixtures of all tests. Servers start with the first test that needs one; DATABASE_URL and REDIS_URL name others."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armature.migrations.catalog.migrate import migrate_catalog
from tests.support import servers
from tests.support.servers import Databases

FOLDER = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the golden files anew, to be reviewed in the diff")


def pytest_configure(config: pytest.Config) -> None:
    """Workers of pytest-xdist share the folder of the process that started them."""
    given = getattr(config, "workerinput", {}).get("servers")
    config.stash[FOLDER] = Path(given) if given else servers.make_folder()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["servers"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        servers.remove_folder(config.stash[FOLDER])


@pytest.fixture(scope="session")
def worker() -> int:
    """The number of this process among the workers; 0 when there is but one."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config) -> Iterator[Databases]:
    """Where tests that need more than one database make them."""
    with servers.postgres(pytestconfig.stash[FOLDER]) as url:
        databases = Databases(url)
        yield databases
        databases.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """An empty database of the test's own."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def migrated_template_url(databases: Databases) -> Iterator[str]:
    """Not to be connected to: PostgreSQL copies only databases nobody uses."""
    url = databases.create()
    asyncio.run(migrate_catalog(url))
    yield url
    databases.drop(url)


@pytest.fixture
def migrated_database_url(databases: Databases, migrated_template_url: str) -> Iterator[str]:
    """A database of the test's own with the catalog in it, and no workspace."""
    url = databases.create(template=migrated_template_url)
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def worker_redis_url(pytestconfig: pytest.Config, worker: int) -> Iterator[str]:
    with servers.valkey(pytestconfig.stash[FOLDER], worker) as url:
        yield url


@pytest.fixture
def redis_url(worker_redis_url: str) -> str:
    """An empty database of Valkey, shared with no test that runs at the same time."""
    servers.flush(worker_redis_url)
    return worker_redis_url
