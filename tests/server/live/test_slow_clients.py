"""Clients that read more slowly than things happen: they see what is newest, and are dropped where that is too much."""

import asyncio
from collections.abc import Iterator

import httpx2
import msgspec
import pytest
from msgspec.structs import replace

from armature.schema_builder.run.answer import Operation
from armature.server.app import create_app
from armature.server.auth.identity import WorkspaceIdentity
from armature.server.live import stream
from armature.server.live.outgoing import Message, Outgoing, Room
from tests.server.live.test_events import write
from tests.server.live.test_patches import applied
from tests.server.live.test_queries import create
from tests.server.live.test_stream import streaming
from tests.server.live.world import World
from tests.server.test_working import measured
from tests.support.control_plane import Caller, Site, settings
from tests.support.live_client import Relay, connected, live
from tests.support.serving import serving

LONG = "x" * 1_000


class Client:
    """Reads when `goes_on`."""

    def __init__(self, room: Room) -> None:
        self.read: list[bytes] = []
        self.is_dropped = False
        self.goes_on = asyncio.Event()
        self.outgoing = Outgoing(self._send, room, self._drop)

    async def _send(self, message: bytes) -> None:
        await self.goes_on.wait()
        self.read.append(message)

    def _drop(self) -> None:
        self.is_dropped = True


async def test_what_waits_gives_its_place_to_what_is_newer() -> None:
    client = Client(Room(3, 100))
    first = client.outgoing.replace(None, b"a1")
    await asyncio.sleep(0)  # it is on its way
    second = client.outgoing.replace(first, b"a2")
    client.outgoing.put(b"b")
    for at in range(3, 1_000):
        assert client.outgoing.replace(second, b"a", b"%d" % at) is second
    assert client.outgoing.unsent == Room(2, len(b"a1ba999"))
    client.goes_on.set()
    await client.outgoing.sent()

    assert client.read == [b"a1", b"a999", b"b"]
    assert client.outgoing.unsent == Room(0, 0)
    assert not second.is_waiting


async def test_what_is_newer_may_be_too_long() -> None:
    client = Client(Room(10, 100))
    client.outgoing.put(b"a")
    last = client.outgoing.replace(None, b"b")
    client.outgoing.replace(last, b"b" * 101)

    assert client.is_dropped
    assert not last.is_waiting


class SlowEar(Client):
    """A subscription whose client does not read yet."""

    def __init__(self, identity: WorkspaceIdentity) -> None:
        super().__init__(Room(1_000, 1_000_000))
        self.identity = identity
        self._newest: Message | None = None

    def next(self, result: bytes, _position: int | None = None) -> None:
        self.outgoing.put(result)

    def renew(self, result: bytes) -> None:
        self._newest = self.outgoing.replace(self._newest, result)

    @property
    def is_behind(self) -> bool:
        return self._newest is not None and self._newest.is_waiting

    def fail(self, entries: bytes) -> None:
        raise AssertionError(entries)

    async def sent(self) -> None:
        await self.outgoing.sent()


async def test_patches_that_a_slow_client_never_gets_are_made_up_for(world: World) -> None:
    ear = SlowEar(world.ear().identity)
    assert await world.live.follow(Operation("subscription @jsonPatch {companies {id name}}", {}), ear) is not None
    await world.settled()
    for at in range(10):
        await write(world, f'createCompany(data: {{name: "{at}"}}) {{id}}')
        await world.relay.announce("companies")
        other = await world.follow("subscription {companies {id name}}")
        while len((await other.data())["companies"]) <= at:
            pass
    await world.settled()
    ear.goes_on.set()
    await ear.sent()
    await write(world, 'createCompany(data: {name: "last"}) {id}')
    await world.relay.announce("companies")
    while len(ear.read) < 3:  # noqa: ASYNC110
        await asyncio.sleep(0)

    first, second, third = map(msgspec.json.decode, ear.read)
    assert first == {"data": {"companies": []}, "revision": 1}
    assert [each["name"] for each in second["data"]["companies"]] == [*map(str, range(10))]
    assert second["revision"] == 1
    assert third["revision"] == 2
    assert applied(second["data"], third["patch"])["companies"][10]["name"] == "last"


CHANGES = 30


@pytest.fixture
def site(migrated_database_url: str, worker_redis_url: str) -> Iterator[Site]:
    """One where little may wait for a client."""
    given = replace(settings(migrated_database_url, worker_redis_url), metrics="on", live_unsent=5)
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, migrated_database_url, http, worker_redis_url)


async def test_a_slow_client_sees_the_newest_although_more_has_happened_than_may_wait_for_it(
    site: Site, own: Caller, told: Relay
) -> None:
    """Each result has a megabyte."""
    made = [{"name": LONG}] * 1_000
    own.data("mutation($d: [CompanyCreateInput!]!) {createCompanies(data: $d) {id}}", d=made)
    async with connected(site.url, max_queue=1) as client:
        await client.greet(Authorization=f"Bearer {own.token}")
        names = await client.subscribe("subscription {companies(limit: 1000, orderBy: [{createdAt: DESC}]) {name}}")
        await client.data(names)
        client.socket.transport.pause_reading()
        await change(own, told)
        client.socket.transport.resume_reading()
        seen = [(await client.data(names))["companies"][0]["name"]]
        while not seen[-1].startswith(f"{CHANGES - 1}x"):
            seen.append((await client.data(names))["companies"][0]["name"])

    assert len(seen) < CHANGES


async def change(own: Caller, told: Relay) -> None:
    """One after another, each told before the next."""
    async with live(own.site.url, own.token) as other:
        seen = await other.subscribe("subscription {companiesAggregate {count}}")
        count = (await other.data(seen))["companiesAggregate"]["count"]
        for at in range(CHANGES):
            create(own, f"{at}{LONG}")
            await told.announce("companies")
            while (await other.data(seen))["companiesAggregate"]["count"] <= count + at:
                pass
    while measured(own.site)["armature_live_busy", ("query",)]:
        pass


async def test_a_stream_that_is_not_read_is_cut_off(site: Site, own: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE", 0.05)
    made = [{"name": LONG}] * 1_000
    for _ in range(12):
        own.data("mutation($d: [CompanyCreateInput!]!) {createCompanies(data: $d) {id}}", d=made)
    selection = " ".join(f"a{at}: companies(limit: 1000) {{name}}" for at in range(12))
    async with streaming(own, f"{{{selection}}}"):
        while not measured(site)["armature_live_dropped_total", ("stream",)]:
            pass
