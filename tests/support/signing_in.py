"""Signing in over HTTP."""

from typing import Any

from tests.support.control_plane import PASSWORD, Site

NEW_PASSWORD = "battery staple horse correct"

SIGN_IN = """mutation($input: SignInInput!) {
  signIn(input: $input) { accessToken refreshToken user { email } workspaces { id name } }
}"""


def signed_in(site: Site, email: str, password: str = PASSWORD, second: str | None = None) -> Any:
    """The whole response body."""
    return site.ask(SIGN_IN, input={"email": email, "password": password, "code": second})


def sign_in(site: Site, email: str, password: str = PASSWORD, second: str | None = None) -> Any:
    """What it gives, where it succeeds."""
    body = signed_in(site, email, password, second)
    assert "errors" not in body, body["errors"]
    return body["data"]["signIn"]


def code(body: Any) -> str:
    (error,) = body["errors"]
    return str(error["extensions"]["code"])
