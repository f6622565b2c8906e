"""A browser using the playground."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Playground, chromium, playground
from tests.support.playground_site import DEMO_KEY, playground_site
from tests.support.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(playground_site()) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser, url: str) -> Iterator[Playground]:
    with playground(browser) as opened:
        opened.open(f"{url}/playground")
        yield opened


def test_a_pasted_query_is_answered_and_nothing_leaves_for_another_host(opened: Playground, url: str) -> None:
    opened.paste('{ hello(name: "Ada") whoami }')
    opened.run()

    expect(opened.answer).to_contain_text('"hello": "Hello, Ada!"')
    expect(opened.answer).to_contain_text('"whoami": "somebody"')
    assert opened.complaints == []
    assert [each for each in opened.requested if not each.startswith((f"{url}/", "data:", "blob:"))] == []


def test_each_endpoint_has_its_own_tabs(opened: Playground, url: str) -> None:
    expect(opened.current).to_contain_text("/graphql")
    expect(opened.query_editor).to_contain_text("query FirstLook")
    opened.switch_to("Model")
    expect(opened.query_editor).to_contain_text("query ReadModel")

    opened.paste("{ double(of: 21) }")
    opened.run()

    expect(opened.answer).to_contain_text('"double": 42')
    assert f"{url}/metadata" in opened.requested
    opened.page.reload()
    expect(opened.current).to_contain_text("/metadata")
    expect(opened.query_editor).to_contain_text("double(of: 21)")
    opened.switch_to("Data")
    expect(opened.query_editor).to_contain_text("query FirstLook")


def test_the_key_is_filled_in_and_another_can_be_typed(opened: Playground) -> None:
    expect(opened.api_key).to_have_value(DEMO_KEY)
    opened.paste("{ whoami }")

    opened.api_key.fill("stolen")
    opened.api_key.press("Enter")
    opened.run()
    expect(opened.answer).to_contain_text("Who are you?")

    opened.page.reload()
    expect(opened.api_key).to_have_value("stolen")
    opened.api_key.fill("")
    opened.api_key.press("Enter")
    expect(opened.api_key).to_have_value(DEMO_KEY)
    opened.run()
    expect(opened.answer).to_contain_text('"whoami": "somebody"')


def test_headers_typed_by_hand_win(opened: Playground) -> None:
    opened.paste("{ whoami }")
    opened.page.get_by_role("button", name="Headers").click()
    headers = opened.page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)")
    opened.paste('{"X-Workspace-Id": "of-others"}', headers)
    opened.run()

    expect(opened.answer).to_contain_text("This workspace is not yours.")


def test_the_documentation_lists_the_schema_and_can_be_fetched_again(opened: Playground, url: str) -> None:
    opened.page.get_by_role("button", name="Show Documentation Explorer").click()
    opened.page.get_by_role("link", name="Query").click()
    expect(opened.page.get_by_role("link", name="hello")).to_be_visible()

    with opened.page.expect_request(f"{url}/graphql") as fetched:
        opened.page.get_by_role("button", name="Re-fetch GraphQL schema").click()
    assert "__schema" in (fetched.value.post_data or "")


def test_the_theme_is_chosen_once_for_both_endpoints(opened: Playground) -> None:
    opened.page.get_by_role("button", name="Open settings dialog").click()
    opened.page.get_by_role("button", name="Dark").click()
    opened.page.keyboard.press("Escape")

    opened.switch_to("Model")
    expect(opened.page.locator("body")).to_contain_class("graphiql-dark")
