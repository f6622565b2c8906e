"""Servers that users name are called where they are public, and not otherwise."""

import asyncio
import gzip
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from armature.core.ending import end
from armature.core.errors import BadUserInput
from armature.core.outbound import (
    LONGEST,
    MOST_BYTES,
    Network,
    Packed,
    TooLong,
    TooSlow,
    networks_of,
    outbound_transport,
)
from tests.support.serving import serving

LOOPBACK = networks_of(["127.0.0.0/8"])


async def hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


async def long(_request: Request) -> Response:
    return PlainTextResponse("x" * (MOST_BYTES + 1))


async def packed(_request: Request) -> Response:
    """Hundreds of times as much as what is sent, and more than may come."""
    return Response(gzip.compress(bytes(5 * MOST_BYTES)), headers={"content-encoding": "gzip"})


async def endless(_request: Request) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    return StreamingResponse(drops())


async def silent(request: Request) -> Response:
    """Says nothing until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


async def elsewhere(_request: Request) -> Response:
    return RedirectResponse("http://169.254.169.254/")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    answers = (hello, long, packed, endless, silent, elsewhere)
    with serving(Starlette(routes=[Route(f"/{each.__name__}", each) for each in answers])) as found:
        yield found


async def got(url: str, networks: tuple[Network, ...] = (), longest: float = LONGEST) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=outbound_transport(networks, longest)) as http:
        return await http.get(url)


async def test_a_network_that_is_listed_is_reached(url: str) -> None:
    assert (await got(f"{url}/hello", LOOPBACK)).text == "hello"
    assert (await got(f"{url}/hello".replace("127.0.0.1", "localhost"), LOOPBACK)).text == "hello"


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
        "[::7f00:1]",
        "[::ffff:0:7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[fec0::1]",
        "[5f00::1]",
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
    evil = f"{url}/hello".replace("127.0.0.1", "evil.example")
    with pytest.raises(httpx2.ConnectError, match="not a public one"):
        await got(evil)
    assert (await got(evil, LOOPBACK)).text == "hello"


async def test_redirects_are_not_followed(url: str) -> None:
    assert (await got(f"{url}/elsewhere", LOOPBACK)).status_code == 307


async def test_an_answer_without_end_is_cut_off(url: str) -> None:
    with pytest.raises(TooLong):
        await got(f"{url}/long", LOOPBACK)


async def test_an_answer_that_would_grow_is_not_unpacked(url: str) -> None:
    with pytest.raises(Packed):
        await got(f"{url}/packed", LOOPBACK)


@pytest.mark.parametrize("path", ["endless", "silent"])
async def test_an_answer_that_never_ends_is_not_waited_for(url: str, path: str) -> None:
    with pytest.raises(TooSlow):
        await got(f"{url}/{path}", LOOPBACK, longest=0.2)


async def test_a_name_that_leads_nowhere_says_so() -> None:
    with pytest.raises(httpx2.ConnectError):
        await got("http://nowhere.invalid/")


def test_a_network_that_is_none_names_its_setting() -> None:
    with pytest.raises(BadUserInput, match="ARMATURE_OUTBOUND_NETWORKS"):
        networks_of(["x"])


async def test_a_name_server_that_never_answers_keeps_nobody_else_waiting(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither who calls others, nor who needs the threads in which passwords are looked at."""
    real, may_end, asked = socket.getaddrinfo, threading.Event(), []

    def hanging(host: str, *rest: object, **more: object) -> object:
        if host == "evil.example":
            asked.append(host)
            may_end.wait()
        return real("127.0.0.1", *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    evil = [asyncio.create_task(got(f"{url}/hello".replace("127.0.0.1", "evil.example"))) for _ in range(100)]
    while not asked:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert (await got(f"{url}/hello".replace("127.0.0.1", "localhost"), LOOPBACK)).text == "hello"
    assert await asyncio.to_thread(len, "any") == 3
    await end(evil)
    assert len(asked) == 1
    may_end.set()
