"""A person with a mail and a browser: what its link leads to."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from armature.server.app import create_app
from tests.support.browser import PATIENCE, chromium
from tests.support.control_plane import Site, settings
from tests.support.mail_server import Mailbox
from tests.support.servers import Databases, flush
from tests.support.serving import serving
from tests.support.signing_in import NEW_PASSWORD, sign_in, with_app

LINK = re.compile(r"https://armature\.example(/account/\S+)")


@pytest.fixture(scope="module")
def home(databases: Databases, migrated_template_url: str, worker_redis_url: str, mailbox: Mailbox) -> Iterator[Site]:
    flush(worker_redis_url)
    database_url = databases.create(template=migrated_template_url)
    given = replace(
        settings(database_url, worker_redis_url), smtp_url=mailbox.url, public_url="https://armature.example"
    )
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, database_url, http, worker_redis_url)
    databases.drop(database_url)


def link_to(mailbox: Mailbox, email: str) -> str:
    found = LINK.search(mailbox.next_to(email).get_content())
    assert found is not None
    return found[1]


def test_the_page_runs_our_own_scripts_only_and_is_in_no_frame(home: Site) -> None:
    response = home.http.get(f"{home.url}/account/reset-password")
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"
    for file in re.findall(r'(?:src|href)="([^"]+)"', response.text):
        assert home.http.get(home.url + file).status_code == 200
    for path in ("/account/x", "/account/..%2fapp.py", "/account/index.html"):
        assert home.http.get(home.url + path).status_code == 404


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_a_lost_password_is_replaced(home: Site, mailbox: Mailbox, page: Page) -> None:
    home.sign_up("lost@pages.example")
    mailbox.next_to("lost@pages.example")
    home.ask('mutation { requestPasswordReset(email: "lost@pages.example") }')
    link = link_to(mailbox, "lost@pages.example")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(home.url + link)
    page.get_by_label("New password").fill("12345678")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert")).to_contain_text("everybody tries first")
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status")).to_contain_text("You can sign in with it")
    assert sign_in(home, "lost@pages.example", NEW_PASSWORD)
    assert all(each.startswith(f"{home.url}/") for each in requested)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("not whole")


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_an_invitation_is_accepted_by_somebody_new_and_by_somebody_known(
    home: Site, mailbox: Mailbox, page: Page
) -> None:
    owner, known = home.sign_up(), home.sign_up("known@pages.example")
    mailbox.next_to("known@pages.example")
    _, codes = with_app(known)
    for email in ("new@pages.example", "known@pages.example"):
        owner.do(f'mutation {{ invite(input: {{role: "member", email: "{email}"}}) {{ token }} }}')
    page.goto(home.url + link_to(mailbox, "new@pages.example"))
    new = page.locator("form").filter(has_text="I am new here")
    new.get_by_label("E-mail address").fill("new@pages.example")
    new.get_by_label("New password").fill("12345678")
    new.get_by_role("button").click()
    expect(new.get_by_role("alert")).to_contain_text("everybody tries first")
    expect(new.get_by_role("alert")).to_be_in_viewport()
    new.get_by_label("New password").fill(NEW_PASSWORD)
    new.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("Welcome!")
    page.goto("about:blank")
    page.goto(home.url + link_to(mailbox, "known@pages.example"))
    form = page.locator("form").filter(has_text="I have an account")
    form.get_by_label("E-mail address").fill("known@pages.example")
    form.get_by_label("Password").fill("correct horse battery staple")
    form.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("second factor")
    form.get_by_label("Code").fill(codes[0])
    form.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("Welcome!")
    members = owner.do("{ workspace { members { user { email } role } } }")["workspace"]["members"]
    assert {(each["user"]["email"], each["role"]) for each in members} >= {
        ("new@pages.example", "member"),
        ("known@pages.example", "member"),
    }


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_an_address_is_confirmed_by_a_click_and_not_by_looking(home: Site, mailbox: Mailbox, page: Page) -> None:
    ada = home.sign_up("click@pages.example")
    page.goto(home.url + link_to(mailbox, "click@pages.example"))
    button = page.get_by_role("button", name="Confirm")
    expect(button).to_be_visible()
    assert not ada.do("{ account { isEmailVerified } }")["account"]["isEmailVerified"]
    button.click()
    expect(page.get_by_role("status")).to_contain_text("confirmed")
    assert ada.do("{ account { isEmailVerified } }")["account"]["isEmailVerified"]
