"""Who may hear something is asked when it is told: rights that shrink, credentials that end, pages of others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from time import time
from uuid import UUID

import asyncpg
import httpx2
import jwt
import pytest
from msgspec.structs import replace
from websockets.exceptions import ConnectionClosed

from armature.core.db import Database, open_database
from armature.metadata.changes import (
    CreateRole,
    DeleteRole,
    SetFieldPermission,
    SetObjectPermission,
)
from armature.migrations.workspace.set_aside import set_aside, suspend
from armature.server.app import create_app
from tests.server.live.test_events import create as create_in
from tests.server.live.test_events import write
from tests.server.live.test_queries import NAMES, create, named
from tests.server.live.test_stream import streaming
from tests.server.live.world import Ear, World
from tests.server.test_members import id_of, joined
from tests.server.test_origins import APP, SET, until_known
from tests.server.test_working import measured
from tests.support.control_plane import Caller, Site, settings
from tests.support.live_client import connected, live, relay
from tests.support.serving import serving

Close = Callable[[Database, UUID], Awaitable[None]]

DEAFENED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'armature listener'
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
RUNS = ("armature_live_runs_total", ("query",))

READS = SetObjectPermission(role="clerk", object="company", rights=("READ",))


async def refused(ear: Ear) -> str:
    return str((await ear.heard.get())["errors"][0]["message"])


# Rights that shrink


async def test_a_field_that_a_role_loses_is_told_no_more(world: World) -> None:
    crm = await world.client.change(CreateRole(name="clerk"), READS)
    clerk = crm.acting_as("clerk").caller
    query = await world.follow("subscription {companies {name employees}}", clerk)
    filtered = await world.follow("subscription {companies(filter: {employees: {gt: 0}}) {name}}", clerk)
    names = await world.follow("subscription {companies {name}}", clerk)
    events = await world.follow("subscription {companyEvents {record {name employees}}}", clerk)
    changes = await world.follow("subscription {companyEvents {record {name} changes {field}}}", clerk)
    for ear in (query, filtered, names):
        assert await ear.data() == {"companies": []}

    hidden = SetFieldPermission(role="clerk", object="company", field="employees", may_read=False)
    await world.client.change(hidden)
    id_ = await create_in(world, 'name: "Acme", employees: 3')
    await write(world, f'updateCompany(id: "{id_}", data: {{employees: 4, domainName: "acme.com"}}) {{id}}')
    await world.tell()

    for ear in (query, filtered, events):
        assert "employees" in await refused(ear)
        assert ear.heard.empty()
    assert await names.data() == {"companies": [{"name": "Acme"}]}
    assert (await changes.data())["companyEvents"] == {"record": {"name": "Acme"}, "changes": []}
    assert (await changes.data())["companyEvents"]["changes"] == [{"field": "domainName"}]


async def test_events_are_told_by_the_rule_there_is_when_they_are_told(world: World) -> None:
    more = SetObjectPermission(role="clerk", object="company", rights=("READ",), read_rule={"employees": {"gt": 10}})
    less = SetObjectPermission(role="clerk", object="company", rights=("READ",), read_rule={"employees": {"gt": 100}})
    crm = await world.client.change(CreateRole(name="clerk"), more)
    ear = await world.follow("subscription {companyEvents {record {name}}}", crm.acting_as("clerk").caller)
    await create_in(world, 'name: "Acme", employees: 50')
    await create_in(world, 'name: "Zeta", employees: 500')

    await world.client.change(less)
    await world.tell()

    assert (await ear.data())["companyEvents"] == {"record": {"name": "Zeta"}}
    assert ear.heard.empty()


async def test_a_role_that_is_gone_hears_nothing(world: World) -> None:
    crm = await world.client.change(CreateRole(name="clerk"), READS)
    ear = await world.follow("subscription {companies {name}}", crm.acting_as("clerk").caller)
    await ear.data()

    await world.client.change(DeleteRole(role="clerk"))
    await create_in(world, 'name: "Acme"')
    await world.tell()

    assert "companies" in await refused(ear)
    assert ear.heard.empty()


# Credentials that end


async def test_who_has_another_role_now_sees_what_that_one_does(site: Site, own: Caller) -> None:
    member = joined(own)
    own.do('mutation {createRole(input: {name: "nobody", rights: []}) {name}}')
    async with connected(site.url) as client:
        await client.greet(**{"Authorization": f"Bearer {member.token}", "X-Workspace-Id": own.workspace_id})
        names = await client.subscribe(NAMES)
        assert await client.data(names) == named()
        own.do('mutation($id: ID!) {setMemberRole(userId: $id, role: "nobody") {role}}', id=id_of(member))

        assert "companies" in (await client.error(names))["message"]


@pytest.mark.parametrize("mutation", ["suspendMember(userId: $id) {role}", "removeMember(userId: $id)"])
async def test_who_is_no_member_any_more_is_sent_away(site: Site, own: Caller, mutation: str) -> None:
    member = joined(own)
    async with connected(site.url) as client, live(site.url, own.token) as other:
        await client.greet(**{"Authorization": f"Bearer {member.token}", "X-Workspace-Id": own.workspace_id})
        own.do(f"mutation($id: ID!) {{{mutation}}}", id=id_of(member))

        assert (await client.closed())[0] == 4403
        assert await other.data(await other.subscribe(NAMES)) == named()


@pytest.mark.parametrize("close", [suspend, set_aside])
async def test_a_workspace_that_is_closed_has_no_listeners(site: Site, own: Caller, close: Close) -> None:
    key = own.new_key(role="member")
    async with live(site.url, own.token) as client, live(site.url, key.token) as other, streaming(own, NAMES) as events:
        assert await client.data(await client.subscribe(NAMES)) == named()
        assert await events.data() == named()
        db = await open_database(site.database_url, pool_size=1)
        await close(db, UUID(own.workspace_id))
        await db.close()

        assert (await client.closed())[0] in (4401, 4403)
        assert (await other.closed())[0] in (4401, 4403)
        kind, result = await events.next()
        assert (kind, set(result)) == ("next", {"errors"})
        assert await events.next() == ("complete", None)


@pytest.fixture
def told_of(migrated_database_url: str, worker_redis_url: str) -> Iterator[Site]:
    given = replace(settings(migrated_database_url, worker_redis_url), metrics="on", access_token_lifetime=2)
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, migrated_database_url, http, worker_redis_url)


async def test_a_token_is_good_until_it_expires_and_not_after(told_of: Site) -> None:
    caller = told_of.sign_up(pack="crm")
    expires_at = jwt.decode(caller.token, options={"verify_signature": False})["exp"]
    async with live(told_of.url, caller.token) as client, streaming(caller, NAMES) as events:
        await events.data()
        assert (await client.closed())[0] == 4403
        assert time() >= expires_at
        assert (await events.next())[1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_nothing_is_told_while_credentials_are_looked_at(told_of: Site) -> None:
    """A key is revoked, which takes long to be found out, and something happens meanwhile."""
    owner = told_of.sign_up(pack="crm")
    key = owner.new_key(role="member")
    async with (
        live(told_of.url, key.token) as client,
        streaming(key, NAMES) as events,
        relay(told_of.redis_url, owner.workspace_id) as told,
    ):
        names = await client.subscribe(NAMES)
        assert await client.data(names) == await events.data() == named()
        connection = await asyncpg.connect(told_of.database_url)
        other = await asyncpg.connect(told_of.database_url)
        async with connection.transaction():
            await connection.execute("LOCK armature.api_keys IN ACCESS EXCLUSIVE MODE")
            id_ = key.session["apiKey"]["id"]
            await connection.execute("UPDATE armature.api_keys SET revoked_at = now() WHERE id = $1", id_)
            await other.execute("SELECT pg_notify('armature', $1)", f'{{"identity": "{id_}"}}')
            while not await other.fetchval(WAITING):  # noqa: ASYNC110
                await asyncio.sleep(0)
            runs = measured(told_of)[RUNS]
            create(owner, "Acme")
            await told.announce("companies")
            while measured(told_of)[RUNS] == runs:  # noqa: ASYNC110
                await asyncio.sleep(0)
        await other.close()
        await connection.close()

        with pytest.raises(ConnectionClosed):
            await client.receive(names)
        assert (await client.closed())[0] == 4401
        assert set((await events.next())[1]) == {"errors"}
        assert await events.next() == ("complete", None)


async def test_nothing_is_told_while_notices_are_not_heard(told_of: Site) -> None:
    """A key is revoked meanwhile."""
    owner = told_of.sign_up(pack="crm")
    key = owner.new_key(role="member")
    server, _, name = told_of.database_url.rpartition("/")
    async with live(told_of.url, key.token) as client, relay(told_of.redis_url, owner.workspace_id) as told:
        names = await client.subscribe(NAMES)
        assert await client.data(names) == named()
        inside, outside = await asyncpg.connect(told_of.database_url), await asyncpg.connect(f"{server}/postgres")
        await outside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        while await inside.fetchval(DEAFENED):  # noqa: ASYNC110
            await asyncio.sleep(0)
        revoked = "UPDATE armature.api_keys SET revoked_at = now() WHERE id = $1"
        await inside.execute(revoked, key.session["apiKey"]["id"])
        runs = measured(told_of)[RUNS]
        create(owner, "Acme")
        await told.announce("companies")
        while measured(told_of)[RUNS] == runs:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await outside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await inside.close()
        await outside.close()

        with pytest.raises(ConnectionClosed):
            await client.receive(names)
        assert (await client.closed())[0] == 4401


# Pages of others


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "OWN"}, True),
        ({}, False),
        ({"origin": APP}, False),
        ({"origin": APP, "sec-fetch-site": "same-site"}, False),
    ],
)
async def test_a_cookie_counts_for_pages_of_ours_only(
    site: Site, own: Caller, headers: dict[str, str], may: bool
) -> None:
    """Even where a page may call with a token."""
    own.do(SET, origins=[APP])
    until_known(site, APP)
    given = {name: value.replace("OWN", site.url) for name, value in headers.items()}
    async with connected(site.url, {"cookie": f"armature_access={own.token}", **given}) as client:
        await client.send(type="connection_init")
        if may:
            assert (await client.receive())["type"] == "connection_ack"
        else:
            assert (await client.closed())[0] == 4403


async def test_a_page_of_one_workspace_may_not_listen_to_another(site: Site, own: Caller) -> None:
    other = site.sign_up(pack="crm")
    own.do(SET, origins=[APP])
    until_known(site, APP)
    async with connected(site.url, {"origin": APP}) as client:
        await client.greet(Authorization=f"Bearer {own.token}")
    async with connected(site.url, {"origin": APP}) as client:
        await client.send(type="connection_init", payload={"Authorization": f"Bearer {other.token}"})
        assert (await client.closed())[0] == 4403
