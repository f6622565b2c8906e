"""Servers that users name are called where they are public, and not otherwise."""

import socket
from collections.abc import Iterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from armature.core.errors import BadUserInput
from armature.core.outbound import MOST_BYTES, Network, TooLong, networks_of, outbound_transport
from tests.support.serving import serving

LOOPBACK = networks_of(["127.0.0.0/8"])


async def hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


async def long(_request: Request) -> Response:
    return PlainTextResponse("x" * (MOST_BYTES + 1))


async def elsewhere(_request: Request) -> Response:
    return RedirectResponse("http://169.254.169.254/")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(Starlette(routes=[Route("/", hello), Route("/long", long), Route("/elsewhere", elsewhere)])) as found:
        yield found


async def got(url: str, networks: tuple[Network, ...] = ()) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=outbound_transport(networks)) as http:
        return await http.get(url)


async def test_a_network_that_is_listed_is_reached(url: str) -> None:
    assert (await got(url, LOOPBACK)).text == "hello"
    assert (await got(url.replace("127.0.0.1", "localhost"), LOOPBACK)).text == "hello"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0.0.0.0",  # noqa: S104
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
    ],
)
async def test_nothing_private_is_reached(url: str, host: str) -> None:
    port = url.rpartition(":")[2]
    with pytest.raises(httpx2.ConnectError, match="not a public one"):
        await got(f"http://{host}:{port}/")


async def test_a_name_that_leads_to_a_private_address_is_looked_through(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a name server of the attacker says: the only thing here that is not real."""
    real = socket.getaddrinfo

    def lying(host: str, *rest: object, **more: object) -> object:
        return real("127.0.0.1" if host == "evil.example" else host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", lying)
    evil = url.replace("127.0.0.1", "evil.example")
    with pytest.raises(httpx2.ConnectError, match="not a public one"):
        await got(evil)
    assert (await got(evil, LOOPBACK)).text == "hello"


async def test_redirects_are_not_followed(url: str) -> None:
    assert (await got(f"{url}/elsewhere", LOOPBACK)).status_code == 307


async def test_an_answer_without_end_is_cut_off(url: str) -> None:
    with pytest.raises(TooLong):
        await got(f"{url}/long", LOOPBACK)


async def test_a_name_that_leads_nowhere_says_so() -> None:
    with pytest.raises(httpx2.ConnectError):
        await got("http://nowhere.invalid/")


def test_a_network_that_is_none_names_its_setting() -> None:
    with pytest.raises(BadUserInput, match="ARMATURE_OUTBOUND_NETWORKS"):
        networks_of(["x"])
