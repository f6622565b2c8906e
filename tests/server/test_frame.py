"""Paths beside the GraphQL endpoints: health, errors as JSON, request ids."""

import asyncio
from collections.abc import Iterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from armature.core.errors import Unauthenticated, Unavailable
from armature.server.frame import Frame
from armature.server.graphql.http import Scope, Send
from armature.server.graphql.request import Receive
from armature.server.health import examine, health_routes
from tests.support.serving import serving

http = httpx2.Client(timeout=None)


async def fine() -> None: ...


async def away() -> None:
    raise Unavailable("The database can't be reached just now.")


async def broken() -> None:
    raise ValueError("postgres://armature:hunter2@db/armature")


async def silent() -> None:
    await asyncio.sleep(3_600)


async def bug(_request: Request) -> Response:
    raise ValueError("hunter2")


async def private(_request: Request) -> Response:
    raise Unauthenticated("Who are you?")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    frame = Frame(
        [
            Route("/bug", bug),
            Route("/private", private),
            Route("/text", lambda _request: PlainTextResponse("text")),
            *health_routes({"database": fine, "redis": away}),
        ]
    )
    lifespan = Starlette()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (lifespan if scope["type"] == "lifespan" else frame)(scope, receive, send)

    with serving(app) as url:
        yield url


def test_a_process_that_lives_says_so(url: str) -> None:
    assert http.get(f"{url}/healthz").json() == {"alive": True}


def test_a_server_that_is_away_makes_not_ready(url: str) -> None:
    response = http.get(f"{url}/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "ready": False,
        "checks": {"database": "ok", "redis": "The database can't be reached just now."},
    }


async def test_checks_that_fail_or_hang_are_named_without_their_secrets() -> None:
    assert await examine({"broken": broken, "silent": silent, "fine": fine}) == {
        "broken": "failed; the log says why",
        "silent": "no answer within 2 s",
        "fine": "ok",
    }


def test_an_unknown_path_is_404_as_json(url: str) -> None:
    response = http.get(f"{url}/nothing/here", headers={"x-request-id": "mine"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"] == "mine"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_a_wrong_method_is_405_with_allow(url: str) -> None:
    response = http.post(f"{url}/healthz")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_a_bug_is_500_with_the_request_id_only(url: str) -> None:
    response = http.get(f"{url}/bug", headers={"x-request-id": "mine"})
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["requestId"] == "mine"
    assert "hunter2" not in response.text


def test_errors_of_ours_have_their_status(url: str) -> None:
    response = http.get(f"{url}/private")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
