"""GraphQL over server-sent events: one operation a request, its results as they come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import msgspec
import pytest

from tests.support.control_plane import Caller, Headers
from tests.support.live_client import Relay

EVENTS = {"accept": "text/event-stream"}
NONE: Headers = {}
NAMES = "subscription {companies {name}}"


class Events:
    """Those of a stream, comments left out."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()
        self.id: str | None = None

    async def next(self) -> tuple[str, Any]:
        """The kind of the next event, and its data."""
        found: dict[str, str] = {}
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if not line and found:
                break
            if name and not line.startswith(":"):
                found[name] = value
        self.id = found.get("id")
        return found["event"], msgspec.json.decode(found["data"]) if found["data"] else None

    async def data(self) -> Any:
        kind, result = await self.next()
        assert kind == "next"
        assert "errors" not in result, result
        return result["data"]


@asynccontextmanager
async def streaming(caller: Caller, query: str, headers: Headers = NONE) -> AsyncIterator[Events]:
    url, body = f"{caller.site.url}/graphql", {"query": query}
    async with (
        httpx2.AsyncClient(timeout=None) as http,
        http.stream("POST", url, json=body, headers={**EVENTS, **caller.headers, **headers}) as response,
    ):
        yield Events(response)


async def test_a_live_query_streams_its_results(own: Caller, told: Relay) -> None:
    async with streaming(own, NAMES) as events:
        assert events.response.status_code == 200
        assert events.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert await events.data() == {"companies": []}

        own.data('mutation {createCompany(data: {name: "Two\\nlines"}) {id}}')
        await told.announce("companies")

        assert await events.data() == {"companies": [{"name": "Two\nlines"}]}


async def test_a_query_is_answered_and_completed(own: Caller) -> None:
    async with streaming(own, "{companies {name}}") as events:
        assert await events.data() == {"companies": []}
        assert await events.next() == ("complete", None)


async def test_what_is_wrong_with_an_operation_is_a_result(own: Caller) -> None:
    async with streaming(own, "subscription {nonsense}") as events:
        kind, result = await events.next()
        assert kind == "next"
        assert "nonsense" in result["errors"][0]["message"]
        assert await events.next() == ("complete", None)


async def test_get_works_too_for_what_may_only_read(own: Caller) -> None:
    async with (
        httpx2.AsyncClient(timeout=None, headers={**EVENTS, **own.headers}) as http,
        http.stream("GET", f"{own.site.url}/graphql", params={"query": NAMES}) as response,
    ):
        assert await Events(response).data() == {"companies": []}


@pytest.mark.parametrize(
    ("method", "headers", "body", "status"),
    [
        ("POST", {}, b'{"query": "{__typename}"}', 401),
        ("POST", {"authorization": "TOKEN"}, b"nonsense", 400),
        ("POST", {"authorization": "TOKEN", "content-type": "text/plain"}, b"", 415),
        ("PUT", {"authorization": "TOKEN"}, b"", 405),
    ],
)
def test_a_request_that_is_none_is_refused_before_anything_is_streamed(
    own: Caller, method: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    given = {name: value.replace("TOKEN", f"Bearer {own.token}") for name, value in headers.items()}
    answer = own.site.http.request(
        method,
        f"{own.site.url}/graphql",
        content=body,
        headers={"content-type": "application/json", **EVENTS, **given},
    )

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["errors"]


def test_nothing_is_streamed_where_there_are_no_subscriptions(own: Caller) -> None:
    answer = own.site.post("{__typename}", "/metadata", {**EVENTS, **own.headers})

    assert answer.status_code == 406


def test_who_accepts_json_as_well_is_answered_as_ever(own: Caller) -> None:
    for accept in ("application/json, text/event-stream", "*/*"):
        answer = own.site.post("{companies {name}}", "/graphql", {"accept": accept, **own.headers})
        assert answer.json() == {"data": {"companies": []}}


async def test_an_event_source_that_connects_again_misses_nothing(own: Caller, told: Relay) -> None:
    for name in ("Acme", "Beta", "Gamma"):
        own.data("mutation($n: String!) {createCompany(data: {name: $n}) {id}}", n=name)
    await told.tell(own.site.database_url)
    query = "subscription {companyEvents(after: 0) {record {name}}}"
    async with streaming(own, query) as events:
        assert (await events.data())["companyEvents"]["record"] == {"name": "Acme"}
        last = events.id or ""
    async with streaming(own, query, headers={"last-event-id": last}) as events:
        assert (await events.data())["companyEvents"]["record"] == {"name": "Beta"}
        assert events.id == str(int(last) + 1)
        assert (await events.data())["companyEvents"]["record"] == {"name": "Gamma"}


def test_a_last_event_id_that_is_none_is_refused(own: Caller) -> None:
    answer = own.site.post(NAMES, "/graphql", {**EVENTS, **own.headers, "last-event-id": "x"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["field"] == "Last-Event-ID"


async def test_a_key_that_is_revoked_ends_its_streams(own: Caller) -> None:
    key = own.new_key(role="member")
    async with streaming(key, NAMES) as events:
        await events.data()
        own.do("mutation($id: ID!) {revokeApiKey(id: $id) {id}}", id=key.session["apiKey"]["id"])
        kind, result = await events.next()
        assert (kind, result["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
        assert await events.next() == ("complete", None)
