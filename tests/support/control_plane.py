"""A client of a whole server: signs up, asks /metadata and /graphql, expects what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import httpx2

from armature.core.settings import Settings

SECRET_KEY = "a key of the tests, of more than thirty-two bytes"
PUBLIC_URL = "https://armature.example"
PASSWORD = "correct horse battery staple"
SIGN_UP = """mutation($input: SignUpInput!) {
  signUp(input: $input) { accessToken refreshToken expiresAt user { id email } workspaces { id name } }
}"""

Headers = Mapping[str, str]

_people = count(1)


@dataclass(frozen=True)
class Site:
    """A server under test, and where its data is."""

    url: str
    database_url: str
    http: httpx2.Client
    redis_url: str = ""

    def ask(self, query: str, path: str = "/metadata", headers: Headers = {}, **variables: Any) -> Any:  # noqa: B006
        """The whole response body."""
        return self.post(query, path, headers, **variables).json()

    def post(self, query: str, path: str, headers: Headers, **variables: Any) -> httpx2.Response:
        encoded = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        body = {"query": query, "variables": variables}
        return self.http.post(f"{self.url}{path}", json=body, headers=encoded)

    def sign_up(self, email: str | None = None, workspace: str = "Acme", pack: str | None = None) -> "Caller":
        """A new user; the workspace is empty unless a pack is named."""
        email = email or f"person{next(_people)}@example.com"
        given = {"email": email, "password": PASSWORD, "workspaceName": workspace, "pack": pack}
        session = self.ask(SIGN_UP, input=given)["data"]["signUp"]
        return Caller(self, session["accessToken"], session, session["workspaces"][0]["id"])


@dataclass(frozen=True)
class Caller:
    """Somebody with a token, a user's or an API key's; `session` is what signing up gave."""

    site: Site
    token: str
    session: Any = None
    workspace_id: str = ""
    named_workspace: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        named = {} if self.named_workspace is None else {"x-workspace-id": self.named_workspace}
        return {"authorization": f"Bearer {self.token}", **named}

    def within(self, workspace: str) -> "Caller":
        """The same, naming a workspace in the header."""
        return replace(self, named_workspace=workspace)

    def post(self, query: str, path: str = "/metadata", **variables: Any) -> httpx2.Response:
        return self.site.post(query, path, self.headers, **variables)

    def do(self, query: str, path: str = "/metadata", **variables: Any) -> Any:
        """The data, where there are no errors."""
        body = self.post(query, path, **variables).json()
        assert "errors" not in body, body["errors"]
        return body["data"]

    def data(self, query: str, **variables: Any) -> Any:
        return self.do(query, "/graphql", **variables)

    def errors(self, query: str, path: str = "/metadata", **variables: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.post(query, path, **variables).json()["errors"]
        return found

    def error(self, query: str, path: str = "/metadata", **variables: Any) -> dict[str, Any]:
        (error,) = self.errors(query, path, **variables)
        return error

    def new_key(self, **given: Any) -> "Caller":
        created = self.do(
            "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { token apiKey { id } } }",
            input={"name": "a key", **given},
        )["createApiKey"]
        return replace(self, token=created["token"], session=created)


def settings(database_url: str, redis_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        secret_key=SECRET_KEY,
        database_pool_size=4,
        log_level="debug",
        rate_limit_anonymous=0,
        workers="none",
    )
