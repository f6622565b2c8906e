"""Live queries in the playground: two browsers, at two servers, see the same change."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, expect

from armature.server.app import create_app
from tests.support.browser import chromium, playground
from tests.support.control_plane import Caller, Site, settings
from tests.support.live_client import relay
from tests.support.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NAMES = "subscription { companies { name } }"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def other_url(site: Site) -> Iterator[str]:
    """A second server with the same PostgreSQL and Valkey."""
    with serving(create_app(settings(site.database_url, site.redis_url))) as url:
        yield url


def tell(own: Caller) -> None:
    """As a worker does it."""

    async def told() -> None:
        async with relay(own.site.redis_url, own.workspace_id) as worker:
            await worker.tell(own.site.database_url)

    with ThreadPoolExecutor() as beside:  # Playwright's loop has this thread
        beside.submit(asyncio.run, told()).result()


def test_a_change_is_seen_by_two_browsers_at_two_servers(own: Caller, other_url: str, browser: Browser) -> None:
    with playground(browser) as here, playground(browser) as there:
        for opened, url in ((here, own.site.url), (there, other_url)):
            opened.page.goto(f"{url}/playground")
            opened.api_key.fill(own.token)
            opened.api_key.press("Enter")
            opened.paste(NAMES)
            opened.run()
            expect(opened.answer).to_contain_text('"companies": []')

        own.data('mutation {createCompany(data: {name: "Acme"}) {id}}')
        tell(own)

        for opened in (here, there):
            expect(opened.answer).to_contain_text('"name": "Acme"')
            assert [each for each in opened.complaints if "401" not in each] == []  # before the key was typed


def test_why_a_subscription_ends_is_shown(own: Caller, browser: Browser) -> None:
    with playground(browser) as opened:
        opened.page.goto(f"{own.site.url}/playground")
        opened.api_key.fill("stolen")
        opened.api_key.press("Enter")
        opened.paste(NAMES)
        opened.run()

        expect(opened.answer).to_contain_text("The access token is not valid.")
