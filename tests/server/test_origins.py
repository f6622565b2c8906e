"""A workspace lets pages of its own origins call for it, and for no other."""

import time
from typing import Any

import httpx2
import pytest

from tests.support.control_plane import Caller, Site
from tests.support.signing_in import code

APP = "https://app.example"
SET = "mutation($origins: [String!]!) { updateWorkspace(input: {corsOrigins: $origins}) { corsOrigins } }"


def preflight(site: Site, origin: str) -> httpx2.Response:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
    }
    return site.http.options(f"{site.url}/graphql", headers=headers)


def allowed(response: httpx2.Response) -> str | None:
    found: str | None = response.headers.get("access-control-allow-origin")
    return found


def asked(caller: Caller, origin: str, path: str = "/graphql") -> httpx2.Response:
    return caller.site.post("{ __typename }", path, {**caller.headers, "origin": origin})


def until_known(site: Site, origin: str, known: bool = True) -> None:
    """Every process hears of it within a moment."""
    while (allowed(preflight(site, origin)) == origin) is not known:
        time.sleep(0.01)


def test_pages_of_an_origin_may_call_for_the_workspace_that_lists_it(site: Site) -> None:
    owner, other = site.sign_up(), site.sign_up()
    assert allowed(preflight(site, APP)) is None
    assert allowed(asked(owner, APP)) is None
    assert owner.do(SET, origins=[APP]) == {"updateWorkspace": {"corsOrigins": [APP]}}
    until_known(site, APP)
    assert "authorization" in preflight(site, APP).headers["access-control-allow-headers"]
    answer = asked(owner, APP)
    assert answer.json() == {"data": {"__typename": "Query"}}
    assert allowed(answer) == APP
    assert "access-control-allow-credentials" not in answer.headers
    for path in ("/graphql", "/metadata"):
        assert asked(other, APP, path).status_code == 403
        assert code(asked(other, APP, path).json()) == "FORBIDDEN"
    assert allowed(preflight(site, "https://evil.example")) is None
    owner.do(SET, origins=[])
    until_known(site, APP, known=False)
    assert allowed(asked(owner, APP)) is None


def test_an_origin_of_a_workspace_that_is_deleted_is_nobodys(site: Site) -> None:
    owner = site.sign_up(workspace="Gone")
    owner.do(SET, origins=["https://gone.example"])
    until_known(site, "https://gone.example")
    owner.do('mutation { deleteWorkspace(name: "Gone") }')
    site.sign_up().do(SET, origins=["https://another.example"])
    until_known(site, "https://gone.example", known=False)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "app.example",
        "https://app.example/",
        "https://App.example",
        "https://*.example",
        "https://user@app.example",
        "ftp://app.example",
        "https://app.example\n",
        "https://" + "x" * 300,
        "\0",
        "",
    ],
)
def test_what_is_no_origin_is_refused(site: Site, origin: str) -> None:
    error: Any = site.sign_up().error(SET, origins=[origin])
    assert error["extensions"]["inputPath"] == ["input", "corsOrigins"]


def test_a_workspace_has_so_many_origins_at_most(site: Site) -> None:
    error = site.sign_up().error(SET, origins=[f"https://app{number}.example" for number in range(51)])
    assert error["extensions"]["inputPath"] == ["input", "corsOrigins"]
