"""How the playground is served; no browser is needed to see it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from armature.server.frame import Frame
from armature.server.pages import BUILT, playground_routes
from tests.support.playground_site import DEMO_KEY, playground_site
from tests.support.serving import serving

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with serving(playground_site()) as url, httpx2.Client(base_url=url) as client:
        yield client


def test_the_page_is_asked_for_each_time_and_runs_only_our_own_scripts(http: httpx2.Client) -> None:
    response = http.get("/playground")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self';" in response.headers["content-security-policy"]
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", response.text, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not content for attributes, content in scripts)


def test_its_files_may_be_kept_for_ever(http: httpx2.Client) -> None:
    files = re.findall(r'(?:src|href)="([^"]+)"', http.get("/playground").text)
    assert files
    for file in files:
        response = http.get(file)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        (".js", "text/javascript; charset=utf-8"),
        (".css", "text/css; charset=utf-8"),
        (".svg", "image/svg+xml"),
        (".ttf", "font/ttf"),
    ],
)
def test_files_are_called_what_they_are(http: httpx2.Client, suffix: str, media_type: str) -> None:
    files = [file for file in (BUILT / "assets").iterdir() if file.suffix == suffix]
    assert files
    for file in files:
        response = http.head(f"/playground/assets/{file.name}")
        assert response.headers["content-type"] == media_type


@pytest.mark.parametrize(
    "name", ["gone.js", "%2e%2e", "..%2findex.html", "%2e%2e%2findex.html", "%00", "%2fetc%2fpasswd"]
)
def test_there_is_nothing_else(http: httpx2.Client, name: str) -> None:
    assert http.get(f"/playground/assets/{name}").status_code == 404


def test_a_playground_that_has_not_been_built_says_how(tmp_path: Path) -> None:
    response = TestClient(Frame(playground_routes(None, tmp_path))).get("/playground")
    assert response.status_code == 503
    assert "make install" in response.text


@pytest.mark.parametrize(
    ("client", "headers", "told"),
    [
        ("127.0.0.1", {"host": "localhost:8000"}, True),
        ("127.0.0.1", {"host": "127.0.0.1:8000", "sec-fetch-site": "same-origin"}, True),
        ("::1", {"host": "[::1]:8000"}, True),
        ("::ffff:127.0.0.1", {"host": "LOCALHOST"}, True),
        ("192.168.1.7", {"host": "localhost:8000"}, False),
        ("127.0.0.1", {"host": "crm.example.com"}, False),
        ("127.0.0.1", {"host": "localhost.example.com:8000"}, False),
        ("127.0.0.1", {"host": "localhost@example.com"}, False),
        ("127.0.0.1", {"host": "localhost", "sec-fetch-site": "cross-site"}, False),
        ("127.0.0.1", {"host": "localhost", "sec-fetch-site": "same-site"}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "127.0.0.1"}, False),
        ("127.0.0.1", {"host": "localhost", "forwarded": "for=127.0.0.1"}, False),
        ("unix", {"host": "localhost"}, False),
    ],
)
def test_the_demo_key_is_told_to_this_machine_only(client: str, headers: dict[str, str], told: bool) -> None:
    http = TestClient(Frame(playground_routes(DEMO_KEY)), client=(client, 50_000))
    response = http.get("/playground/config.json", headers=headers)
    assert response.json() == {"demoApiKey": DEMO_KEY if told else None}
    assert response.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in response.headers


def test_without_a_demo_there_is_no_key_to_tell() -> None:
    http = TestClient(Frame(playground_routes(None)), base_url="http://localhost", client=("127.0.0.1", 50_000))
    assert http.get("/playground/config.json").json() == {"demoApiKey": None}


@pytest.mark.parametrize("host", ["unpkg.com", "jsdelivr", "esm.sh", "cdnjs", "googleapis", "gstatic", "skypack"])
def test_what_was_built_names_no_delivery_network(host: str) -> None:
    files = [file for file in BUILT.rglob("*") if file.suffix in (".js", ".css", ".html", ".svg")]
    assert files
    assert [file.name for file in files if host in file.read_text("utf-8")] == []


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
