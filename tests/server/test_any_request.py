"""Whatever is sent, the answer is a GraphQL response that blames the request, never the server."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.small_site import Site

app = Site().app()

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
almost_requests = st.fixed_dictionaries(
    {
        "query": json_values
        | st.sampled_from(["{ hello }", "query Q($a: Int) { double(of: $a) }", "{", "mutation { count }"])
    },
    optional={"variables": json_values, "operationName": json_values, "extensions": json_values},
)
bodies = st.binary(max_size=200) | json_values.map(msgspec.json.encode) | almost_requests.map(msgspec.json.encode)
header_values = st.binary(max_size=40)
headers = st.fixed_dictionaries(
    {"content-type": header_values | st.just(b"application/json")},
    optional={
        "accept": header_values | st.sampled_from([b"*/*", b"application/json;q=", b",;,", b"a/b;q=nan, */*;q=inf"]),
        "content-length": header_values,
        "content-encoding": header_values,
        "origin": header_values,
        "sec-fetch-site": header_values,
        "x-request-id": header_values,
        "host": header_values,
    },
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["POST", "GET", "HEAD", "PUT"]), headers, bodies, st.binary(max_size=60))
def test_any_request_has_an_answer(method: str, sent: dict[str, bytes], body: bytes, query_string: bytes) -> None:
    status, answer = asyncio.run(ask(method, sent, body, query_string))
    assert 200 <= status < 500
    response = msgspec.json.decode(answer)
    assert ("data" in response) or response["errors"]


async def ask(method: str, sent: dict[str, bytes], body: bytes, query_string: bytes) -> tuple[int, bytes]:
    said: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    named = [(name.encode(), value) for name, value in sent.items()]
    scope = {"type": "http", "method": method, "path": "/graphql", "query_string": query_string, "headers": named}
    await app(scope, receive, send)
    start, content = said
    assert (b"content-length", b"%d" % len(content["body"])) in start["headers"]
    return start["status"], content["body"]
