"""graphql-transport-ws, message by message: what is answered, and why a connection is closed."""

from collections.abc import Iterator

import httpx2
import pytest
from msgspec.structs import replace
from websockets.exceptions import InvalidStatus

from armature.server.app import create_app
from tests.support.control_plane import Caller, Site, settings
from tests.support.live_client import LiveClient, connected, live
from tests.support.servers import Databases, flush
from tests.support.serving import serving

NAMES = "subscription {companies {name}}"


@pytest.fixture(scope="module")
def acme(site: Site) -> Caller:
    return site.sign_up(pack="crm")


async def test_a_caller_says_who_it_is_in_the_first_message(site: Site, acme: Caller) -> None:
    for payload in (
        {"Authorization": f"Bearer {acme.token}"},
        {"authorization": f"Bearer {acme.token}", "x-workspace-id": acme.workspace_id},
        {"headers": {"Authorization": f"Bearer {acme.token}"}},
    ):
        async with connected(site.url) as client:
            await client.greet(**payload)
            assert await client.data(await client.subscribe("{companies {name}}")) == {"companies": []}


async def test_or_in_the_headers(site: Site, acme: Caller) -> None:
    async with connected(site.url, acme.headers) as client:
        await client.greet()
        assert await client.data(await client.subscribe("{companies {name}}")) == {"companies": []}


@pytest.mark.parametrize(
    ("headers", "payload", "code", "reason"),
    [
        ({}, {}, 4401, "Nobody is signed in."),
        ({}, {"Authorization": "Bearer arm_nonsense"}, 4401, ""),
        ({}, {"Authorization": "nonsense"}, 4401, "The Authorization header can't be read."),
        ({}, {"Authorization": "TOKEN", "X-Workspace-Id": "nonsense"}, 4403, "The header X-Workspace-Id"),
        ({}, {"Authorization": "TOKEN", "X-Workspace-Id": "00000000-0000-7000-8000-000000000000"}, 4403, ""),
    ],
)
async def test_who_may_not_connect_is_told_why(
    site: Site, acme: Caller, headers: dict[str, str], payload: dict[str, str], code: int, reason: str
) -> None:
    given = {name: value.replace("TOKEN", f"Bearer {acme.token}") for name, value in payload.items()}
    async with connected(site.url, headers) as client:
        await client.send(type="connection_init", payload=given)
        found, said = await client.closed()

    assert found == code
    assert said.startswith(reason)


async def test_queries_and_mutations_are_answered_once(site: Site, acme: Caller) -> None:
    async with live(site.url, acme.token) as client:
        made = await client.subscribe(
            "mutation($name: String!) {createPerson(data: {firstName: $name}) {firstName}}", name="Ada"
        )
        assert await client.data(made) == {"createPerson": {"firstName": "Ada"}}
        assert (await client.receive(made))["type"] == "complete"

        wrong = await client.subscribe("{nonsense}")
        assert "nonsense" in (await client.error(wrong))["message"]

        unfit = await client.subscribe("query($n: Int!) {companies(limit: $n) {id}}", n="x")
        assert (await client.error(unfit))["code"] == "BAD_USER_INPUT"


async def test_an_id_is_free_again_once_its_operation_has_ended(site: Site, acme: Caller) -> None:
    async with live(site.url, acme.token) as client:
        for query in ("{companies {id}}", "{nonsense}", "subscription {companies {id}}", "{companies {id}}"):
            await client.send(type="subscribe", id="same", payload={"query": query})
            first = await client.receive("same")
            if query.startswith("subscription"):
                await client.send(type="complete", id="same")
            elif first["type"] == "next":
                assert (await client.receive("same"))["type"] == "complete"


async def test_pings_are_answered_before_and_after_the_greeting(site: Site, acme: Caller) -> None:
    async with connected(site.url) as client:
        await client.send(type="ping", payload={"a": [1]})
        assert await client.receive() == {"type": "pong", "payload": {"a": [1]}}
        await client.greet(Authorization=f"Bearer {acme.token}")
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}
        await client.send(type="pong")
        await client.send(type="complete", id="never heard of")
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("nonsense", 4400),
        ("[]", 4400),
        ('{"type": "nonsense"}', 4400),
        ('{"type": "subscribe"}', 4400),
        ('{"type": "subscribe", "id": 1, "payload": {}}', 4400),
        ('{"type": "complete"}', 4400),
        ("[" * 100_000, 4400),
        (b'{"type": "ping"}', 4400),
        ('{"type": "subscribe", "id": "", "payload": {"query": "{__typename}"}}', 4400),
        ('{"type": "subscribe", "id": "%s", "payload": {"query": "{__typename}"}}' % ("x" * 201), 4400),
        ('{"type": "connection_init"}', 4429),
    ],
    ids=range(11),
)
async def test_what_is_against_the_protocol_closes_the_connection(
    site: Site, acme: Caller, sent: str | bytes, code: int
) -> None:
    async with live(site.url, acme.token) as client:
        await client.socket.send(sent)
        assert (await client.closed())[0] == code


@pytest.mark.parametrize(
    "payload",
    [{}, {"query": 1}, {"query": "{__typename}", "variables": []}, {"query": "{"}, {"documentId": "nobody's"}, []],
)
async def test_an_operation_that_is_none_ends_with_an_error(site: Site, acme: Caller, payload: object) -> None:
    async with live(site.url, acme.token) as client:
        await client.send(type="subscribe", id="1", payload=payload)
        assert (await client.error("1"))["code"] in ("BAD_USER_INPUT", "NOT_FOUND")


async def test_who_has_not_been_greeted_may_not_subscribe(site: Site) -> None:
    async with connected(site.url) as client:
        await client.subscribe(NAMES)
        assert await client.closed() == (4401, "Unauthorized")


async def test_the_same_id_twice_closes_the_connection(site: Site, acme: Caller) -> None:
    async with live(site.url, acme.token) as client:
        for _ in range(2):
            await client.send(type="subscribe", id="same", payload={"query": NAMES})
        assert await client.closed() == (4409, "Subscriber for same already exists")


async def test_another_protocol_is_not_spoken(site: Site) -> None:
    async with connected(site.url, subprotocols=["graphql-ws"]) as client:
        assert (await client.closed())[0] == 4406


async def test_a_page_of_another_site_may_not_connect(site: Site) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connected(site.url, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_a_page_of_our_own_may(site: Site, acme: Caller) -> None:
    async with connected(site.url, origin=site.url) as client:
        await client.greet(Authorization=f"Bearer {acme.token}")


async def test_there_are_no_sockets_elsewhere(site: Site) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connected(f"{site.url}/metadata"):
            pass
    assert refused.value.response.status_code == 403


# Credentials


async def test_a_key_that_is_revoked_closes_its_connections(site: Site, acme: Caller) -> None:
    key = acme.new_key(role="member")
    async with live(site.url, key.token) as client, live(site.url, acme.token) as other:
        names = await client.subscribe(NAMES)
        await client.data(names)
        acme.do("mutation($id: ID!) {revokeApiKey(id: $id) {id}}", id=key.session["apiKey"]["id"])
        assert (await client.closed())[0] == 4401
        assert await other.data(await other.subscribe("{companies {name}}")) == {"companies": []}


async def test_a_session_that_has_ended_closes_its_connections(site: Site) -> None:
    caller = site.sign_up(pack="crm")
    async with live(site.url, caller.token) as client:
        await client.data(await client.subscribe(NAMES))
        caller.do("mutation {signOut}")
        assert (await client.closed())[0] == 4401


# Limits


@pytest.fixture(scope="module")
def narrow(databases: Databases, migrated_template_url: str, worker_redis_url: str) -> Iterator[Site]:
    """A server on which there is room for little."""
    flush(worker_redis_url)
    database_url = databases.create(template=migrated_template_url)
    given = replace(
        settings(database_url, worker_redis_url),
        live_connections=3,
        live_connections_of_caller=2,
        live_subscriptions=2,
        live_subscriptions_of_caller=3,
        live_unsent_bytes=100_000,
        access_token_lifetime=2,
    )
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, database_url, http, worker_redis_url)
    databases.drop(database_url)


async def test_a_token_that_expires_closes_its_connections(narrow: Site) -> None:
    caller = narrow.sign_up(pack="crm")
    async with live(narrow.url, caller.token) as client:
        assert await client.closed() == (4403, "The access token has expired.")


async def test_a_caller_has_so_many_connections(narrow: Site) -> None:
    key = narrow.sign_up(pack="crm").new_key(role="member")
    async with live(narrow.url, key.token):
        async with live(narrow.url, key.token), connected(narrow.url) as third:
            await third.send(type="connection_init", payload={"Authorization": f"Bearer {key.token}"})
            code, reason = await third.closed()
            assert (code, reason) == (1013, "Connections of this caller: 3 asked for, at most 2 allowed.")
        async with live(narrow.url, key.token):
            pass


async def test_a_process_has_so_many_connections(narrow: Site) -> None:
    async with connected(narrow.url), connected(narrow.url), connected(narrow.url), connected(narrow.url) as fourth:
        assert (await fourth.closed())[0] == 1013


async def test_an_address_has_so_many_strangers(migrated_database_url: str, worker_redis_url: str) -> None:
    """Who has been greeted is none; behind a proxy that is trusted, addresses are told apart."""
    given = replace(
        settings(migrated_database_url, worker_redis_url), live_connections_of_address=2, trusted_proxies=("127.0.0.1",)
    )
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        key = Site(url, migrated_database_url, http, worker_redis_url).sign_up(pack="crm").new_key(role="member")
        async with live(url, key.token), connected(url) as first, connected(url) as second:
            assert await refusal(url) == b"Connections of strangers at one address: 3 asked for, at most 2 allowed.\n"
            async with connected(url, {"x-forwarded-for": "192.0.2.7"}) as elsewhere:
                await elsewhere.greet(Authorization=f"Bearer {key.token}")
            await first.greet(Authorization=f"Bearer {key.token}")
            async with connected(url):
                assert await refusal(url)
            await second.socket.close()
            async with connected(url), connected(url):
                assert await refusal(url)


async def refusal(url: str) -> bytes:
    with pytest.raises(InvalidStatus) as refused:
        async with connected(url):
            pass
    assert refused.value.response.status_code == 429
    return bytes(refused.value.response.body or b"")


async def test_a_connection_has_so_many_operations(narrow: Site) -> None:
    key = narrow.sign_up(pack="crm").new_key(role="member")
    async with live(narrow.url, key.token) as client:
        first, second, third = [await client.subscribe(NAMES) for _ in range(3)]
        assert (await client.error(third))["setting"] == "ARMATURE_LIVE_SUBSCRIPTIONS"
        await client.data(first)
        await client.data(second)
        await client.send(type="complete", id=first)
        await client.data(await client.subscribe(NAMES))


async def test_a_caller_has_so_many_subscriptions(narrow: Site) -> None:
    """However they end, there is room for others."""
    key = narrow.sign_up(pack="crm").new_key(role="member")
    async with live(narrow.url, key.token) as client:
        async with live(narrow.url, key.token) as other:
            first, second = [await client.subscribe(NAMES) for _ in range(2)]
            for each in (first, second):
                await client.data(each)
            await other.data(await other.subscribe(NAMES))
            error = await other.error(await other.subscribe(NAMES))
            assert (error["code"], error["setting"]) == ("LIMIT_EXCEEDED", "ARMATURE_LIVE_SUBSCRIPTIONS_OF_CALLER")
            assert await other.data(await other.subscribe("{companies {name}}")) == {"companies": []}
            await client.send(type="complete", id=first)
            await client.data(await client.subscribe("{companies {name}}"))
            await other.data(await other.subscribe(NAMES))
        await client.send(type="complete", id=second)
        await until_free(client)


async def until_free(client: LiveClient) -> None:
    """Two more may begin when the server has heard that the others are gone."""
    for _ in range(2):
        while (await client.receive(await client.subscribe(NAMES)))["type"] == "error":
            pass


async def test_what_fails_costs_too(migrated_database_url: str, worker_redis_url: str) -> None:
    given = replace(settings(migrated_database_url, worker_redis_url), rate_limit=20)
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        key = Site(url, migrated_database_url, http, worker_redis_url).sign_up(pack="crm").new_key(role="member")
        async with live(url, key.token) as client:
            codes = [(await client.error(await client.subscribe("{nonsense}")))["code"] for _ in range(100)]

    assert codes[0] == "BAD_USER_INPUT"
    assert "LIMIT_EXCEEDED" in codes


async def test_limits_of_queries_are_limits_of_subscriptions(site: Site, acme: Caller) -> None:
    async with live(site.url, acme.token) as client:
        deep = "subscription {companies" + " {people {company" * 8 + " {id}" + "}}" * 8 + "}"
        assert (await client.error(await client.subscribe(deep)))["setting"] == "ARMATURE_MAX_DEPTH"
        dear = "subscription {companies(limit: 1000) {people(limit: 1000) {id}}}"
        assert (await client.error(await client.subscribe(dear)))["setting"] == "ARMATURE_MAX_COST"


async def test_a_client_that_reads_too_slowly_is_dropped(narrow: Site) -> None:
    caller = narrow.sign_up(pack="crm").new_key(role="member")
    name = "x" * 1_000
    caller.data("mutation($d: [CompanyCreateInput!]!) {createCompanies(data: $d) {id}}", d=[{"name": name}] * 500)
    async with connected(narrow.url, max_queue=1) as client:
        await client.greet(Authorization=f"Bearer {caller.token}")
        client.socket.transport.pause_reading()
        for at in range(40):
            await client.send(type="subscribe", id=str(at), payload={"query": "{companies(limit: 500) {name}}"})
        client.socket.transport.resume_reading()
        assert await client.closed() == (4413, "The client reads too slowly.")
