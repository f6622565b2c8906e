"""A whole server for the tests of a module; every test signs up a user of its own."""

from collections.abc import Iterator

import httpx2
import pytest

from armature.server.app import create_app
from tests.support.control_plane import Site, settings
from tests.support.servers import Databases
from tests.support.serving import serving


@pytest.fixture(scope="module")
def site(databases: Databases, migrated_template_url: str, worker_redis_url: str) -> Iterator[Site]:
    database_url = databases.create(template=migrated_template_url)
    with serving(create_app(settings(database_url, worker_redis_url))) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, database_url, http)
    databases.drop(database_url)
