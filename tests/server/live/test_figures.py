"""What `/metrics` tells of the subscriptions of a process."""

from collections.abc import AsyncIterator, Callable, Iterator

import httpx2
import pytest
from msgspec.structs import replace

from armature.server.app import create_app
from tests.server.live.test_queries import create, named
from tests.server.live.test_stream import streaming
from tests.server.test_working import measured
from tests.support.control_plane import Caller, Site, settings
from tests.support.live_client import Relay, connected, live, relay
from tests.support.serving import serving

NAMES = "subscription {companies {name}}"
EVENTS = "subscription {companyEvents(on: [CREATED]) {record {name}}}"

Figure = Callable[..., float]


@pytest.fixture
def site(migrated_database_url: str, worker_redis_url: str) -> Iterator[Site]:
    given = replace(settings(migrated_database_url, worker_redis_url), metrics="on", live_unsent_bytes=100_000)
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, migrated_database_url, http, worker_redis_url)


@pytest.fixture
async def told(site: Site, own: Caller) -> AsyncIterator[Relay]:
    async with relay(site.redis_url, own.workspace_id) as found:
        yield found


@pytest.fixture
def figure(site: Site) -> Figure:
    return lambda name, *labels: measured(site)[f"armature_live_{name}", labels]


async def test_connections_and_subscriptions_are_counted_while_they_last(
    site: Site, own: Caller, figure: Figure
) -> None:
    async with live(site.url, own.token) as client, streaming(own, NAMES) as events, connected(site.url) as stranger:
        names, others = await client.subscribe(NAMES), await client.subscribe("subscription {people {firstName}}")
        told = await client.subscribe(EVENTS)
        await client.data(names)
        await client.data(others)
        await events.data()
        await client.subscribe(EVENTS)
        await client.data(await client.subscribe("{companies {name}}"))
        while figure("subscriptions", "events") < 2:
            pass

        assert (figure("connections", "websocket"), figure("connections", "stream")) == (1, 1)
        assert figure("strangers") == 1
        assert (figure("subscriptions", "query"), figure("watches", "query")) == (3, 2)
        assert (figure("subscriptions", "events"), figure("watches", "events")) == (2, 1)
        await client.send(type="complete", id=others)
        await client.send(type="complete", id=told)
        while figure("subscriptions", "query") > 2 or figure("subscriptions", "events") > 1:
            pass
        assert (figure("watches", "query"), figure("watches", "events")) == (1, 1)
        await stranger.socket.close()
        while figure("strangers"):
            pass
    while figure("connections", "websocket") or figure("connections", "stream"):
        pass
    assert figure("subscriptions", "query") == figure("watches", "events") == 0


async def test_what_is_asked_and_told_is_counted(site: Site, own: Caller, told: Relay, figure: Figure) -> None:
    async with live(site.url, own.token) as client:
        first, second = await client.subscribe(NAMES), await client.subscribe(NAMES)
        people = await client.subscribe("subscription {people {firstName}}")
        for each in (first, second):
            assert await client.data(each) == named()
        await client.data(people)
        while figure("busy", "query"):
            pass
        runs, unchanged = figure("runs_total", "query"), figure("unchanged_total", "query")
        assert figure("results_total", "query") == 3

        create(own, "Acme")
        await told.announce("companies")
        for each in (first, second):
            assert await client.data(each) == named("Acme")
        await told.announce("people")
        while figure("unchanged_total", "query") == unchanged:
            pass

        assert figure("runs_total", "query") == runs + 2
        assert figure("unchanged_total", "query") == unchanged + 1
        assert figure("results_total", "query") == 5
        assert figure("runs_total", "events") == figure("results_total", "events") == 0


async def test_who_reads_too_slowly_is_counted(site: Site, own: Caller, figure: Figure) -> None:
    data = [{"name": "x" * 1_000}] * 500
    own.data("mutation($d: [CompanyCreateInput!]!) {createCompanies(data: $d) {id}}", d=data)
    async with connected(site.url, max_queue=1) as client:
        await client.greet(Authorization=f"Bearer {own.token}")
        client.socket.transport.pause_reading()
        for at in range(40):
            await client.send(type="subscribe", id=str(at), payload={"query": "{companies(limit: 500) {name}}"})
        while not figure("dropped_total", "websocket"):
            pass
        client.socket.transport.resume_reading()
        assert (await client.closed())[0] == 4413

    assert (figure("dropped_total", "websocket"), figure("dropped_total", "stream")) == (1, 0)
    while figure("unsent_messages") or figure("unsent_bytes"):
        pass
