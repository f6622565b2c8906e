"""A whole server for the tests of a module; every test signs up a user of its own."""

from collections.abc import Iterator

import httpx2
import pytest
from msgspec.structs import replace

from armature.server.app import create_app
from tests.support.control_plane import PUBLIC_URL, Site, settings
from tests.support.mail_server import Mailbox, mail_server
from tests.support.servers import Databases, flush
from tests.support.serving import serving


@pytest.fixture(scope="module")
def site(databases: Databases, migrated_template_url: str, worker_redis_url: str) -> Iterator[Site]:
    flush(worker_redis_url)
    database_url = databases.create(template=migrated_template_url)
    with serving(create_app(settings(database_url, worker_redis_url))) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, database_url, http, worker_redis_url)
    databases.drop(database_url)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """A mail server, and what has arrived there."""
    with mail_server() as box:
        yield box


@pytest.fixture(scope="module")
def mailing_site(
    databases: Databases, migrated_template_url: str, worker_redis_url: str, mailbox: Mailbox
) -> Iterator[Site]:
    """A server that can send mail, and knows its own address."""
    flush(worker_redis_url)
    database_url = databases.create(template=migrated_template_url)
    given = replace(settings(database_url, worker_redis_url), smtp_url=mailbox.url, public_url=PUBLIC_URL)
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, database_url, http, worker_redis_url)
    databases.drop(database_url)
