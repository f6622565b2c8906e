"""Sessions in cookies: our own pages use them without ever seeing a token, and nobody else's pages can."""

import time
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support.control_plane import PASSWORD, SIGN_UP, Site
from tests.support.signing_in import SIGN_IN, code

ME = "{ me { email } }"
REFRESH = "mutation { refreshTokens { accessToken refreshToken expiresAt } }"
OWN = {"sec-fetch-site": "same-origin"}
ASK = {**OWN, "x-session-cookies": "1"}


class Browser:
    """Keeps cookies as a browser does over https, and says where its requests come from."""

    def __init__(self, site: Site) -> None:
        self.email = f"browser{uuid4().hex}@example.com"
        self.site = site
        self.cookies: dict[str, str] = {}

    def post(
        self, query: str, headers: dict[str, str] = OWN, path: str = "/metadata", **variables: Any
    ) -> httpx2.Response:
        cookie = (
            {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        )
        answer = self.site.post(query, path, {**headers, **cookie}, **variables)
        for each in answer.headers.get_list("set-cookie"):
            name, _, rest = each.partition("=")
            value = rest.partition(";")[0]
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return answer

    def ask(self, query: str, headers: dict[str, str] = OWN, path: str = "/metadata", **variables: Any) -> Any:
        return self.post(query, headers, path, **variables).json()

    def sign_up(self) -> Any:
        given = {"email": self.email, "password": PASSWORD, "workspaceName": "x", "pack": None}
        return self.ask(SIGN_UP, ASK, input=given)["data"]["signUp"]


@pytest.fixture
def browser(mailing_site: Site) -> Browser:
    return Browser(mailing_site)


def test_a_page_of_ours_is_signed_in_without_seeing_a_token(browser: Browser) -> None:
    session = browser.sign_up()
    assert (session["accessToken"], session["refreshToken"]) == (None, None)
    assert set(browser.cookies) == {"__Host-armature_access", "__Secure-armature_refresh"}
    assert browser.ask(ME)["data"]["me"]["email"] == session["user"]["email"]
    assert browser.ask("{ __typename }", path="/graphql") == {"data": {"__typename": "Query"}}


def test_cookies_are_for_http_only_this_site_and_https(browser: Browser) -> None:
    browser.sign_up()
    browser.cookies.clear()
    answer = browser.post(SIGN_IN, ASK, input={"email": browser.email, "password": PASSWORD})
    access, refresh = answer.headers.get_list("set-cookie")
    for each, path in ((access, "/"), (refresh, "/metadata")):
        parts = each.split("; ")
        assert {"HttpOnly", "SameSite=Strict", "Secure", f"Path={path}"} <= set(parts)
        assert "Domain" not in each


def test_over_http_cookies_have_no_prefix(site: Site) -> None:
    browser = Browser(site)
    browser.sign_up()
    assert set(browser.cookies) == {"armature_access", "armature_refresh"}


def test_who_does_not_ask_gets_no_cookies(browser: Browser) -> None:
    given = {"email": f"other{uuid4().hex}@example.com", "password": PASSWORD, "workspaceName": "x", "pack": None}
    answer = browser.post(SIGN_UP, input=given)
    assert "set-cookie" not in answer.headers
    assert answer.json()["data"]["signUp"]["accessToken"]


ELSEWHERE: dict[str, dict[str, str]] = {
    "another site": {"sec-fetch-site": "cross-site"},
    "a neighbour": {"sec-fetch-site": "same-site"},
    "a neighbour that says it is us": {"sec-fetch-site": "same-site", "origin": "https://armature.example"},
    "an older browser, another site": {"origin": "https://evil.example"},
    "an opaque origin": {"origin": "null"},
    "nobody says": {},
}


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE)
def test_pages_of_others_can_do_nothing_with_the_cookies(browser: Browser, headers: dict[str, str]) -> None:
    browser.sign_up()
    for path, query in (("/metadata", ME), ("/metadata", REFRESH), ("/graphql", "{ __typename }")):
        answer = browser.post(query, headers, path)
        assert answer.status_code == 403
        assert code(answer.json()) == "FORBIDDEN"
    assert browser.ask(ME)["data"]["me"] is not None


def test_an_older_browser_on_a_page_of_ours_says_so_by_its_origin(browser: Browser) -> None:
    browser.sign_up()
    own = {"origin": browser.site.url}
    assert browser.ask(ME, own)["data"]["me"] is not None


def test_tokens_are_refreshed_by_cookie_and_one_used_twice_ends_the_session(browser: Browser) -> None:
    browser.sign_up()
    before = dict(browser.cookies)
    refreshed = browser.ask(REFRESH, ASK)["data"]["refreshTokens"]
    assert (refreshed["accessToken"], refreshed["refreshToken"]) == (None, None)
    assert browser.cookies["__Secure-armature_refresh"] != before["__Secure-armature_refresh"]
    assert browser.ask(ME)["data"]["me"] is not None
    thief = Browser(browser.site)
    thief.cookies = before
    assert code(thief.ask(REFRESH, ASK)) == "UNAUTHENTICATED"
    while "errors" not in (answer := browser.ask(ME)):  # until the server has heard of it
        time.sleep(0.01)
    assert code(answer) == "UNAUTHENTICATED"


def test_who_signs_out_has_no_cookies_left_and_can_sign_in_again(browser: Browser) -> None:
    email = browser.sign_up()["user"]["email"]
    old = dict(browser.cookies)
    assert browser.ask("mutation { signOut }") == {"data": {"signOut": True}}
    assert browser.cookies == {}
    browser.cookies = old
    assert code(browser.ask(ME)) == "UNAUTHENTICATED"
    assert "errors" not in browser.ask(SIGN_IN, ASK, input={"email": email, "password": PASSWORD})
    assert browser.ask(ME)["data"]["me"] is not None


def test_a_header_counts_more_than_a_cookie(browser: Browser) -> None:
    browser.sign_up()
    other = browser.site.sign_up()
    headers = {"authorization": f"Bearer {other.token}", "sec-fetch-site": "cross-site"}
    assert browser.ask(ME, headers)["data"]["me"]["email"] == other.session["user"]["email"]
    del browser.cookies["__Host-armature_access"]
    assert code(browser.ask(REFRESH, {**ASK, "sec-fetch-site": "cross-site"})) == "UNAUTHENTICATED"
    assert "errors" not in browser.ask(REFRESH, ASK)


@pytest.mark.parametrize("cookie", ["", ";", "x", "=", "__Host-armature_access", "__Host-armature_access=\xff; a=b=c"])
def test_what_is_no_cookie_of_ours_means_nothing(mailing_site: Site, cookie: str) -> None:
    answer = mailing_site.post(ME, "/metadata", {**OWN, "cookie": cookie})
    assert code(answer.json()) == "UNAUTHENTICATED"
