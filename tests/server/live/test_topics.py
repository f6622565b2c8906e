"""Topics over HTTP: real clients, two servers, and what happens when one is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from armature.metadata.packs.crm import CRM
from armature.server.app import create_app
from armature.server.auth.api_keys import create_api_key
from tests.server.live.test_stream import Events, streaming
from tests.support.control_plane import Caller, settings
from tests.support.data_api import data_api
from tests.support.live_client import LiveClient, live
from tests.support.processes import server_process
from tests.support.serving import serving

PRESENCE = "subscription {presence {isWhole count left members {id apiKey}}}"
SAID = "subscription {said {payload from {id apiKey}}}"
SAY = "mutation($payload: JSON!) {say(payload: $payload)}"


class Watching:
    """A client that keeps the names of the keys that are there."""

    def __init__(self, client: LiveClient, id_: str) -> None:
        self._client = client
        self._id = id_
        self._known: dict[str, str] = {}

    async def until(self, *names: str) -> None:
        """These are there, and nobody else."""
        while sorted(self._known.values()) != sorted(names):
            told = (await self._client.data(self._id))["presence"]
            if told["isWhole"]:
                self._known.clear()
            self._known.update((each["id"], each["apiKey"]) for each in told["members"])
            for each in told["left"]:
                del self._known[each]
            assert len(self._known) == told["count"]


@asynccontextmanager
async def watching(url: str, token: str) -> AsyncIterator[Watching]:
    async with live(url, token) as client:
        yield Watching(client, await client.subscribe(PRESENCE))


async def keys(database_url: str, *names: str) -> list[str]:
    """Of one workspace."""
    async with data_api(database_url) as api:
        snapshot = await api.workspace(CRM)
        return [(await create_api_key(api.db, snapshot.workspace_id, each)).token for each in names]


async def test_a_server_that_is_killed_takes_its_callers_with_it(migrated_database_url: str, redis_url: str) -> None:
    """But for those who are connected elsewhere, too."""
    ada, bob, eve = await keys(migrated_database_url, "ada", "bob", "eve")
    with (
        server_process(migrated_database_url, redis_url) as one,
        server_process(migrated_database_url, redis_url) as other,
    ):
        async with AsyncExitStack() as stack:
            watch = await stack.enter_async_context(watching(one.url, ada))
            await watch.until("ada")
            for url, token in ((other.url, bob), (other.url, eve), (one.url, bob)):
                await stack.enter_async_context(watching(url, token))
            await watch.until("ada", "bob", "eve")

            other.kill()

            await watch.until("ada", "bob")
            await (await stack.enter_async_context(watching(one.url, eve))).until("ada", "bob", "eve")
            await watch.until("ada", "bob", "eve")


async def test_what_is_said_to_one_server_is_heard_at_the_others(migrated_database_url: str, redis_url: str) -> None:
    ada, bob = await keys(migrated_database_url, "ada", "bob")
    given = settings(migrated_database_url, redis_url)
    with serving(create_app(given)) as one, serving(create_app(given)) as other:
        async with live(one, ada) as listening, live(other, bob) as speaking:
            heard = await listening.subscribe(SAID)
            while not listening.has(heard):
                await speaking.data(await speaking.subscribe(SAY, payload={"typing": True}))
                await listening.send(type="ping")
                await listening.take()
                await asyncio.sleep(0.2)  # more than ten in a second are refused
            (message, *_) = (await listening.data(heard))["said"]

    assert message["payload"] == {"typing": True}
    assert message["from"]["apiKey"] == "bob"


async def test_topics_stream_as_events_too(own: Caller) -> None:
    key = own.new_key(role="member")
    id_ = key.session["apiKey"]["id"]
    async with streaming(own, PRESENCE) as mine:
        assert (await mine.data())["presence"]["isWhole"]
        async with streaming(key, PRESENCE) as keys_:
            assert (await mine.data())["presence"]["members"] == [{"id": id_, "apiKey": "a key"}]
            assert (await keys_.data())["presence"]["count"] == 2
            own.do("mutation($id: ID!) {revokeApiKey(id: $id) {id}}", id=id_)
            await ended(keys_)
        assert (await mine.data())["presence"]["left"] == [id_]


async def ended(events: Events) -> None:
    """For who may not be there any more."""
    kind, result = await events.next()
    while "errors" not in result:
        kind, result = await events.next()
    assert (kind, result["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
    assert await events.next() == ("complete", None)


async def test_saying_something_costs_points(own: Caller) -> None:
    key = own.new_key(role="member", rateLimit=5)
    refusals = [key.post(SAY, "/graphql", payload=at) for at in range(8)]

    assert [each.status_code for each in refusals[-2:]] == [429, 429]
    assert refusals[0].json() == {"data": {"say": True}}


async def test_another_workspace_s_topics_are_not_there(own: Caller) -> None:
    """By whatever header, id or name."""
    id_ = own.data('mutation {createCompany(data: {name: "Acme"}) {id}}')["createCompany"]["id"]
    other = own.site.sign_up(pack="crm")
    query = "subscription($topic: TopicInput) {presence(topic: $topic) {count members {id}}}"
    async with live(own.site.url, own.token) as mine, live(other.site.url, other.token) as theirs:
        for topic in (None, {"name": "typing"}):
            for client in (mine, theirs):
                assert (await client.data(await client.subscribe(query, topic=topic)))["presence"]["count"] == 1
        at_record = await theirs.subscribe(query, topic={"record": {"object": "COMPANY", "id": id_}})
        assert (await theirs.error(at_record))["code"] == "NOT_FOUND"
    stolen = other.within(own.workspace_id)
    assert stolen.error("mutation {say(payload: 1)}", "/graphql")["extensions"]["code"] == "FORBIDDEN"
