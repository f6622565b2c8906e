"""Signing in over HTTP."""

import time
from typing import Any

import pyotp

from tests.support.control_plane import PASSWORD, Caller, Site
from tests.support.mail_server import Mailbox

NEW_PASSWORD = "battery staple horse correct"

SIGN_IN = """mutation($input: SignInInput!) {
  signIn(input: $input) { accessToken refreshToken user { email } workspaces { id name } }
}"""

BEGIN_TOTP = "mutation($password: String) { beginTotp(input: {password: $password}) { secret url } }"
CONFIRM_TOTP = "mutation($code: String!) { confirmTotp(code: $code) }"


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


def verified(site: Site, mailbox: Mailbox, email: str) -> Caller:
    """A new user, who has read the mail that proves the address."""
    caller = site.sign_up(email)
    site.ask("mutation($token: String!) { verifyEmail(token: $token) { id } }", token=mailbox.token_to(email))
    return caller


class App:
    """An authenticator app: a code of it is good once, so each of its codes is of a later step than the last."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)
        self._offset = -30

    def code(self) -> str:
        """At most three in a minute: of the step before, this one and the next. Never at the end of a step."""
        while time.time() % 30 > 27:
            time.sleep(0.5)
        found = self.totp.at(int(time.time()) + self._offset)
        self._offset += 30
        return found


def with_app(caller: Caller) -> tuple[App, list[str]]:
    begun = caller.do(BEGIN_TOTP, password=PASSWORD)["beginTotp"]
    assert begun["url"].startswith("otpauth://totp/Armature:")
    app = App(begun["secret"])
    codes: list[str] = caller.do(CONFIRM_TOTP, code=app.code())["confirmTotp"]
    return app, codes
