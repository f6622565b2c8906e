"""What no client sends: bombs, giants, crumbs and floods of frames. Each ends one connection and nothing else."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from armature.server import listen
from armature.server.app import create_app
from armature.server.graphql.failures import LONGEST_OF_STRANGERS
from tests.server.test_working import measured
from tests.support.control_plane import Caller, Site, settings
from tests.support.live_client import live
from tests.support.raw_socket import CLOSE, COMPRESSED, CONTINUED, LAST, PING, TEXT, frame, message, raw_socket
from tests.support.serving import serving

MOST_ON_THE_WAY = Path("/proc/sys/net/ipv4/tcp_wmem")
OFFER = "sec-websocket-extensions: permessage-deflate; client_max_window_bits"
PING_MESSAGE = b'{"type":"ping"}'


def test_nothing_is_compressed_and_what_is_is_refused(site: Site) -> None:
    bomb = zlib.compress(b" " * 100_000_000, wbits=-15)
    with raw_socket(site.url, OFFER) as raw:
        assert b" 101 " in raw.answered
        assert b"permessage-deflate" not in raw.answered.lower()
        raw.send(frame(LAST | COMPRESSED | TEXT, bomb))
        assert raw.code() == 1002


def test_a_frame_that_claims_to_be_large_is_refused_before_it_comes(site: Site) -> None:
    for claimed in (100_000_000, LONGEST_OF_STRANGERS + 1, 2**63 - 1):
        with raw_socket(site.url) as raw:
            raw.send(frame(LAST | TEXT, length=claimed))
            assert raw.code() == 1009


def test_a_message_in_pieces_may_not_be_larger_than_one(site: Site) -> None:
    piece = b" " * 100_000
    with raw_socket(site.url) as raw:
        raw.send(frame(TEXT, piece) + frame(CONTINUED, piece) * 10)
        assert raw.code() == 1009


@pytest.mark.parametrize("crumb", [b"", b" "])
def test_a_message_has_so_many_pieces(site: Site, crumb: bytes) -> None:
    with raw_socket(site.url) as raw:
        crumbs = frame(TEXT, PING_MESSAGE) + frame(CONTINUED, crumb) * (listen.MOST_PIECES - 2)
        raw.send(crumbs + frame(LAST | CONTINUED))
        answer = b'{"type":"pong"}'
        assert raw.socket.recv(2 + len(answer), 256)[2:] == answer
        raw.send(crumbs + frame(CONTINUED, crumb) * 10_000)
        assert raw.code() == 1009


def test_pings_of_a_client_that_does_not_read_are_not_kept(site: Site) -> None:
    """What it gets in the end is what the machine has kept for it on the way."""
    size = 120
    pings = 3 * int(MOST_ON_THE_WAY.read_text().split()[2]) // size
    with raw_socket(site.url) as raw:
        for _ in range(100):
            raw.send(frame(LAST | PING, b"x" * size) * (pings // 100))
        raw.send(frame(LAST | CLOSE, (1000).to_bytes(2)))
        assert len(raw.rest()) < pings * size * 2 // 3


def test_text_that_is_none_ends_it(site: Site) -> None:
    with raw_socket(site.url) as raw:
        raw.send(frame(LAST | TEXT, b"\xff"))
        assert raw.code() == 1007
    with raw_socket(site.url) as raw:
        raw.send(message(type="ping")[:3] + b"nonsense" * 10)
        assert raw.rest()


@pytest.fixture
def impatient(migrated_database_url: str, worker_redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server that soon misses a pong."""
    monkeypatch.setattr(listen, "PING", 0.5)
    given = replace(settings(migrated_database_url, worker_redis_url), metrics="on")
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, migrated_database_url, http, worker_redis_url)


def test_a_client_of_which_nothing_is_heard_is_sent_away(impatient: Site) -> None:
    with raw_socket(impatient.url) as raw:
        assert raw.code() == 4408


STRANGERS = ("armature_live_strangers", ())
CONNECTIONS = ("armature_live_connections", ("websocket",))
RESULTS = ("armature_live_results_total", ("query",))


def test_one_that_does_not_even_read_is_forgotten(impatient: Site) -> None:
    caller = impatient.sign_up(pack="crm")
    made = [{"name": "x" * 10_000}] * 1_000
    caller.data("mutation($d: [CompanyCreateInput!]!) {createCompanies(data: $d) {id}}", d=made)
    query = "subscription {companies(limit: 1000) {name}}"
    with raw_socket(impatient.url) as raw:
        raw.send(message(type="connection_init", payload={"Authorization": f"Bearer {caller.token}"}))
        raw.send(message(type="subscribe", id="1", payload={"query": query}))
        found = measured(impatient)
        while found[STRANGERS] or (found[CONNECTIONS] and not found[RESULTS]):
            found = measured(impatient)
        while measured(impatient)[CONNECTIONS]:
            pass
        raw.rest()


async def test_ids_are_not_long(site: Site, own: Caller) -> None:
    for length, code in ((201, 4400), (1_000_000, 4400), (LONGEST_OF_STRANGERS, 1009)):
        async with live(site.url, own.token) as client:
            await client.send(type="subscribe", id="x" * length, payload={"query": "{__typename}"})
            assert (await client.closed())[0] == code


async def test_thousands_of_operations_at_once_are_so_many_and_errors(site: Site, own: Caller) -> None:
    async with live(site.url, own.token) as client:
        payload = {"query": "subscription {companies {name}}"}
        for at in range(100):
            await client.send(type="subscribe", id=f"{at}", payload=payload)
        for at in range(100, 3_000):
            await client.send(type="subscribe", id=f"{at}", payload=payload)
            assert (await client.error(f"{at}"))["setting"] == "ARMATURE_LIVE_SUBSCRIPTIONS"
        for at in range(100):
            await client.data(f"{at}")


async def test_who_begins_and_ends_all_the_time_leaves_nothing_behind(site: Site, own: Caller) -> None:
    async with live(site.url, own.token) as client:
        for at in range(2_000):
            query = f"subscription {{companies(limit: {at % 500 + 1}) {{name}}}}"
            await client.send(type="subscribe", id="same", payload={"query": query})
            await client.send(type="complete", id="same")
        last = await client.subscribe("subscription {people {firstName}}")
        await client.data(last)
