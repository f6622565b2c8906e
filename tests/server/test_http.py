"""GraphQL over HTTP as a client meets it: a real server, real sockets."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from armature.core.settings import Settings
from tests.support.serving import serving
from tests.support.small_site import Site

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(Settings(max_body_size=100_000, request_timeout=30.0))


@pytest.fixture(scope="module")
def url(site: Site) -> Iterator[str]:
    with serving(site.app(), site.settings) as url:
        yield f"{url}/graphql"


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=None) as client:
        yield client


def post(http: httpx2.Client, url: str, body: Any, **headers: str) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.post(url, content=content, headers={"content-type": JSON, "accept": GRAPHQL, **named})


def message(response: httpx2.Response) -> str:
    """The only error's message; every refusal is a GraphQL response."""
    body = response.json()
    assert "data" not in body
    (error,) = body["errors"]
    assert error["extensions"]["code"]
    return str(error["message"])


# What is asked, what is answered


def test_a_query_is_answered(http: httpx2.Client, url: str) -> None:
    response = post(http, url, {"query": "query Q($n: String) { hello(name: $n) }", "variables": {"n": "Zoë"}})
    assert response.status_code == 200
    assert response.json() == {"data": {"hello": "Hello, Zoë!"}}
    assert response.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("", JSON),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.8, {JSON};q=0.9", JSON),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"text/html, {GRAPHQL};q=0.1", GRAPHQL),
        (f"{JSON};q=0, */*", GRAPHQL),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        (f"{GRAPHQL.upper()}; charset=UTF-8", GRAPHQL),
        (f"{GRAPHQL}; charset=utf-16, {JSON}", JSON),
        (", ".join([GRAPHQL, *[f"text/x{number}" for number in range(100)]]), GRAPHQL),
    ],
)
def test_the_media_type_is_the_one_the_client_prefers(http: httpx2.Client, url: str, accept: str, given: str) -> None:
    response = post(http, url, {"query": "{ hello }"}, accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{given}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0", "image/*", f"{GRAPHQL};q=x", f"{JSON}; charset=latin1"])
def test_nothing_acceptable_is_406(http: httpx2.Client, url: str, accept: str) -> None:
    response = post(http, url, {"query": "{ hello }"}, accept=accept)
    assert response.status_code == 406
    assert "Accept" in message(response)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"query": "{"}, "Syntax Error"),
        ({"query": "{ nothing }"}, "Cannot query field 'nothing'"),
        ({"query": "query Q($n: Int!) { double(of: $n) }"}, "$n"),
        ({"query": "query Q($n: Int) { double(of: $n) }", "variables": {"n": 10**30}}, "$n"),
        ({"query": "query A { hello } query B { hello }"}, "operation name"),
        ({"query": "query A { hello }", "operationName": "B"}, "'B'"),
        ({"query": ""}, "Syntax Error"),
        ({"query": "fragment F on Query { hello }"}, "no operation"),
        ({"query": "{ hello\u0000 }"}, "Syntax Error"),
        ({"query": "{ " + "".join(f"a{n}: hello " for n in range(200)) + "}"}, "at most 100"),
    ],
)
def test_what_graphql_refuses_is_400_or_for_older_clients_200(
    http: httpx2.Client, url: str, sent: Any, told: str
) -> None:
    response = post(http, url, sent)
    assert response.status_code == 400
    assert told in message(response)
    older = post(http, url, sent, accept=JSON)
    assert older.status_code == 200
    assert older.json() == response.json()


# What is no request at all


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "The body is empty."),
        (b'{"query": "{ hello }"', "The body is not JSON: it ends too early."),
        (b"{ hello }", "The body is not JSON: unexpected 'hello }' at byte 2."),
        (b'{"query": "{ hello }"} x', "The body is not JSON: unexpected 'x' at byte 23."),
        (b'{"query": "{ hello }", "variables": {"n": NaN}}', "The body is not JSON: unexpected 'NaN}}' at byte 42."),
        (b'{"query": "{ hello }", "variables": {"n": -Infinity}}', "unexpected"),
        (b'{"query": "{ hello }", "variables": {"n": 1e999}}', "Number out of range in the body."),
        (
            b'{"query": "{ hello }", "variables": {"n": ' + b"1" * 5000 + b"}}",
            "Integer value out of range in the body.",
        ),
        (b'\xef\xbb\xbf{"query": "{ hello }"}', "The body is not JSON: unexpected '\\ufeff"),
        (b'{"query": "{ hello(name: \\"\xff\\") }"}', "The body is not UTF-8: byte 0xff at 27."),
        ('{"query": "{ hello }"}'.encode("utf-16"), "The body is not"),
        (b'{"query": "\\ud800"}', "half of a surrogate pair"),
        (b'{"query": "{ hello }", "variables": {"n": "a\\udc00b"}}', "half of a surrogate pair"),
        (b'{"query": "{ hello }", "variables": {"n": "\\ud83d\\u0041"}}', "half of a surrogate pair"),
        (b'{"query": "{ hello }", "variables": {"n": "a\x00b"}}', "The body is not JSON"),
        (b'{"query": "{ hello }", "variables": ' + b'{"a":' * 10_000, "nested too deeply"),
        (b"[]", "The body must be an object, not a list."),
        (b'"{ hello }"', "The body must be an object, not a string."),
        (b"null", "The body must be an object, not null."),
        (b"1.5", "The body must be an object, not a number."),
        (b"{}", '"query" is missing.'),
        (b'{"query": null}', '"query" must be a string, not null.'),
        (b'{"query": 1}', '"query" must be a string, not a number.'),
        (b'{"query": "{ hello }", "variables": []}', '"variables" must be an object, not a list.'),
        (b'{"query": "{ hello }", "variables": "{}"}', '"variables" must be an object, not a string.'),
        (b'{"query": "{ hello }", "operationName": {}}', '"operationName" must be a string, not an object.'),
        (b'{"query": "{ hello }", "extensions": true}', '"extensions" must be an object, not a boolean.'),
    ],
)
@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_a_malformed_body_is_400_and_told_what_is_wrong(
    http: httpx2.Client, url: str, body: bytes, told: str, accept: str
) -> None:
    response = post(http, url, body, accept=accept)
    assert response.status_code == 400
    assert told in message(response)


@pytest.mark.parametrize("sent", ["\\ud83d\\ude00", "\\\\ud800", "\\\\\\ud83d\\ude00"])
def test_whole_surrogate_pairs_and_escaped_backslashes_are_text(http: httpx2.Client, url: str, sent: str) -> None:
    body = f'{{"query": "query Q($n: String) {{ hello(name: $n) }}", "variables": {{"n": "{sent}"}}}}'
    name = json.loads(f'"{sent}"')
    assert post(http, url, body.encode()).json() == {"data": {"hello": f"Hello, {name}!"}}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql",
     "application/json; charset=utf-16", "", "application/jsonx"],
)  # fmt: skip
def test_a_body_that_is_no_json_is_415(http: httpx2.Client, url: str, site: Site, content_type: str) -> None:
    response = post(http, url, {"query": "mutation { count }"}, content_type=content_type)
    assert response.status_code == 415
    assert "Content-Type" in message(response)
    assert "counted" not in site.happened


def test_a_compressed_body_is_415(http: httpx2.Client, url: str) -> None:
    response = post(http, url, {"query": "{ hello }"}, content_encoding="gzip")
    assert response.status_code == 415
    assert message(response) == "Content-Encoding 'gzip' is not read here."


def test_members_nobody_knows_and_nulls_are_ignored(http: httpx2.Client, url: str) -> None:
    sent = {"query": "{ hello }", "variables": None, "operationName": None, "extensions": None, "more": [1]}
    assert post(http, url, sent).json() == {"data": {"hello": "Hello, world!"}}


# Methods


def test_get_runs_queries(http: httpx2.Client, url: str) -> None:
    parameters = {
        "query": "query Q($n: String) { hello(name: $n) }",
        "variables": '{"n": "+ & é"}',
        "operationName": "Q",
    }
    response = http.get(url, params=parameters)
    assert response.json() == {"data": {"hello": "Hello, + & é!"}}
    assert response.headers["cache-control"] == "private, no-store"


def test_get_ignores_empty_parameters(http: httpx2.Client, url: str) -> None:
    response = http.get(f"{url}?query={{hello}}&variables=&operationName=&extensions=")
    assert response.json() == {"data": {"hello": "Hello, world!"}}


@pytest.mark.parametrize(
    ("query_string", "told"),
    [
        ("", '"query" is missing'),
        ("query=", '"query" is missing'),
        ("query={hello}&query={hello}", "given twice"),
        ("query={hello}&variables=[]", '"variables" must be an object, not a list.'),
        ("query={hello}&variables={", '"variables" is not JSON'),
        ("query={hello}&extensions=1", '"extensions" must be an object'),
        ("query=%FF", "not UTF-8"),
        ("query=%ED%A0%80", "not UTF-8"),
        ("&".join(f"a{number}=" for number in range(200)), "more than 100"),
    ],
)
def test_a_malformed_query_string_is_400(http: httpx2.Client, url: str, query_string: str, told: str) -> None:
    response = http.get(f"{url}?{query_string}", headers={"accept": JSON})
    assert response.status_code == 400
    assert told in message(response)


def test_a_mutation_over_get_is_405_and_does_not_run(http: httpx2.Client, url: str, site: Site) -> None:
    for accept in (GRAPHQL, JSON):
        response = http.get(url, params={"query": "mutation { count }"}, headers={"accept": accept})
        assert response.status_code == 405
        assert response.headers["allow"] == "POST"
        assert message(response) == "Mutations can't be sent with GET."
    assert "counted" not in site.happened


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_405(http: httpx2.Client, url: str, method: str) -> None:
    response = http.request(method, url)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert method in message(response)


def test_head_and_options_have_no_body(http: httpx2.Client, url: str) -> None:
    head = http.head(url, params={"query": "{ hello }"})
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    options = http.options(url)
    assert (options.status_code, options.content) == (204, b"")
    assert options.headers["allow"] == "GET, HEAD, POST, OPTIONS"


# Sizes and times


def test_a_body_beyond_the_limit_is_413_before_it_is_read(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head(url, "POST", "content-length: 900000000"))
        status, body = answer(connection)
    assert status == 413
    assert body["errors"][0]["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": 100_000,
        "actual": 900_000_000,
        "setting": "ARMATURE_MAX_BODY_SIZE",
        "hint": "Ask for less, or raise ARMATURE_MAX_BODY_SIZE. Who has not signed in may send 1,048,576 at most.",
    }


def test_a_chunked_body_beyond_the_limit_is_413_while_it_arrives(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head(url, "POST", "transfer-encoding: chunked"))
        for _ in range(20):
            connection.sendall(b"2000\r\n" + b" " * 0x2000 + b"\r\n")
        status, body = answer(connection)
    assert status == 413
    assert body["errors"][0]["extensions"]["limit"] == 100_000


def test_a_body_of_just_the_limit_is_read(http: httpx2.Client, url: str) -> None:
    body = json.dumps({"query": "{ hello }"}).encode()
    assert post(http, url, body + b" " * (100_000 - len(body))).status_code == 200
    assert post(http, url, body + b" " * (100_001 - len(body))).status_code == 413


def test_a_body_in_small_pieces_is_put_together(url: str) -> None:
    body = json.dumps({"query": "{ hello }"}).encode()
    with connected(url) as connection:
        connection.sendall(head(url, "POST", f"content-length: {len(body)}"))
        for byte in body:
            connection.sendall(bytes([byte]))
            time.sleep(0.001)
        assert answer(connection) == (200, {"data": {"hello": "Hello, world!"}})


def test_a_post_without_body_or_length_is_400(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(head(url, "POST"))
        status, body = answer(connection)
    assert status == 400
    assert body["errors"][0]["message"] == "The body is empty."


def test_headers_without_end_are_431(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(b"GET /graphql HTTP/1.1\r\nx-padding: ")
        try:
            for _ in range(200):
                connection.sendall(b"a" * 10_000)
        except ConnectionError:
            return  # it closed before all was sent: refused, too
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_many_headers_and_long_values_within_the_bound_are_fine(http: httpx2.Client, url: str) -> None:
    headers = {f"x-{number}": "v" * 100 for number in range(300)}
    assert post(http, url, {"query": "{ hello }"}, **headers).status_code == 200


def test_a_request_beyond_its_time_is_cancelled_and_504(http: httpx2.Client) -> None:
    site = Site(Settings(request_timeout=0.2))
    with serving(site.app()) as url:
        for accept in (GRAPHQL, JSON):
            response = post(http, url, {"query": "{ wait(seconds: 60) }"}, accept=accept)
            assert response.status_code == 504
            assert response.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
        assert post(http, url, {"query": "{ hello }"}).status_code == 200
        assert http.get(url, params={"query": "{ wait(seconds: 60) }"}).status_code == 504
    assert site.happened == ["began", "cancelled"] * 3


def test_a_body_that_does_not_arrive_is_408() -> None:
    site = Site(Settings(request_timeout=0.2))
    with serving(site.app()) as url, connected(url) as connection:
        connection.sendall(head(url, "POST", "content-length: 100") + b'{"query":')
        status, body = answer(connection)
    assert status == 408
    assert body["errors"][0]["message"] == "The body did not arrive within 0.2 s."


def test_a_client_that_leaves_ends_its_request() -> None:
    site = Site()
    with serving(site.app()) as url:
        with connected(url) as connection:
            body = json.dumps({"query": "{ wait(seconds: 60) }"}).encode()
            connection.sendall(head(url, "POST", f"content-length: {len(body)}") + body)
            wait_for(site, "began")
        wait_for(site, "cancelled")
    assert site.happened == ["began", "cancelled"]


def test_a_slow_request_whose_client_waits_is_answered(http: httpx2.Client, url: str) -> None:
    assert post(http, url, {"query": "{ wait(seconds: 2) }"}).json() == {"data": {"wait": "waited"}}


# Errors


def test_a_bug_tells_its_request_id_and_nothing_else(http: httpx2.Client, url: str) -> None:
    response = post(http, url, {"query": "{ hello bug }"}, x_request_id="mine-1")
    assert response.status_code == 200
    assert response.json()["data"] == {"hello": "Hello, world!", "bug": None}
    (error,) = response.json()["errors"]
    assert error["path"] == ["bug"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["requestId"] == "mine-1"
    assert "hunter2" not in response.text


def test_errors_of_ours_keep_their_code_and_field(http: httpx2.Client, url: str) -> None:
    (error,) = post(http, url, {"query": "{ conflict }"}).json()["errors"]
    assert error["message"] == "Somebody was faster."
    assert error["extensions"] == {"code": "CONFLICT", "field": "name"}


def test_a_database_that_is_away_is_told_as_such(http: httpx2.Client, url: str) -> None:
    (error,) = post(http, url, {"query": "{ away }"}).json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"


# Who calls


def test_who_calls_is_known_to_resolvers(http: httpx2.Client, url: str) -> None:
    assert post(http, url, {"query": "{ whoami }"}, authorization="Bearer good").json() == {
        "data": {"whoami": "somebody"}
    }
    assert post(http, url, {"query": "{ whoami }"}).json() == {"data": {"whoami": None}}


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_an_unknown_caller_is_401_and_is_told_how(http: httpx2.Client, url: str, accept: str) -> None:
    response = post(http, url, {"query": "{ whoami }"}, authorization="Bearer bad", accept=accept)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_workspace_of_others_is_403(http: httpx2.Client, url: str) -> None:
    response = post(http, url, {"query": "{ whoami }"}, x_workspace_id="of-others")
    assert response.status_code == 403


# Other sites' pages


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "origin": "https://other.example.com"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "content-type": "text/plain"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_get_from_another_sites_page_is_refused(http: httpx2.Client, url: str, headers: dict[str, str]) -> None:
    response = http.get(url, params={"query": "{ hello }"}, headers=headers)
    assert response.status_code == 403
    assert "another site" in message(response)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-mode": "cors"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
        {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "apollo-require-preflight": "true"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "authorization": "Bearer good"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "content-type": "application/json"},
    ],
)
def test_other_gets_are_answered(http: httpx2.Client, url: str, headers: dict[str, str]) -> None:
    assert http.get(url, params={"query": "{ hello }"}, headers=headers).status_code == 200


def test_a_page_of_the_same_origin_may_get(http: httpx2.Client, url: str) -> None:
    origin = f"http://{urlsplit(url).netloc}"
    assert http.get(url, params={"query": "{ hello }"}, headers={"origin": origin}).status_code == 200


def test_no_origin_may_read_unless_a_setting_says_so(http: httpx2.Client, url: str) -> None:
    response = post(http, url, {"query": "{ hello }"}, origin="https://app.example.com")
    assert "access-control-allow-origin" not in response.headers
    preflight = http.options(
        url, headers={"origin": "https://app.example.com", "access-control-request-method": "POST"}
    )
    assert "access-control-allow-origin" not in preflight.headers


def test_origins_of_the_setting_may_call(http: httpx2.Client) -> None:
    origin = "https://app.example.com"
    site = Site(Settings(cors_origins=(origin,)))
    with serving(site.app()) as url:
        preflight = http.options(
            url,
            headers={
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization,content-type,x-workspace-id",
            },
        )
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == origin
        assert "authorization" in preflight.headers["access-control-allow-headers"]
        assert preflight.headers["access-control-max-age"] == "7200"
        assert post(http, url, {"query": "{ hello }"}, origin=origin).headers["access-control-allow-origin"] == origin
        simple = {"origin": origin, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
        assert http.get(url, params={"query": "{ hello }"}, headers=simple).status_code == 200
        refused = http.options(url, headers={"origin": "https://evil.example", "access-control-request-method": "POST"})
        assert "access-control-allow-origin" not in refused.headers


# Request ids


def test_every_answer_has_a_request_id_of_its_own(http: httpx2.Client, url: str) -> None:
    ids = {post(http, url, {"query": "{ hello }"}).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(("given", "kept"), [("abc-1", True), ("x" * 128, True), ("x" * 129, False), ("a b", False)])
def test_a_sane_request_id_is_kept(http: httpx2.Client, url: str, given: str, kept: bool) -> None:
    response = post(http, url, {"query": "{ hello }"}, x_request_id=given)
    assert (response.headers["x-request-id"] == given) is kept


# Sockets by hand


def connected(url: str) -> socket.socket:
    return socket.create_connection((urlsplit(url).hostname, urlsplit(url).port))


def head(url: str, method: str, *lines: str) -> bytes:
    known = (f"{method} /graphql HTTP/1.1", f"host: {urlsplit(url).netloc}", f"content-type: {JSON}", f"accept: {JSON}")
    return "\r\n".join([*known, *lines, "", ""]).encode()


def answer(connection: socket.socket) -> tuple[int, Any]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    top, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in top.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65_536)
    return int(top.split()[1]), json.loads(body)


def wait_for(site: Site, what: str) -> None:
    while what not in site.happened:
        time.sleep(0.01)
