"""Live queries over a WebSocket: a result, and another one whenever it has changed."""

from typing import Any

import pytest

from tests.support.control_plane import Caller, Site
from tests.support.live_client import LiveClient, Relay, live

NAMES = "subscription {companies(orderBy: [{name: ASC}]) {name}}"


def create(caller: Caller, name: str) -> str:
    made = caller.data("mutation($name: String!) {createCompany(data: {name: $name}) {id}}", name=name)
    return str(made["createCompany"]["id"])


def named(*names: str) -> Any:
    return {"companies": [{"name": each} for each in names]}


async def test_a_query_is_answered_and_again_when_it_has_changed(own: Caller, client: LiveClient, told: Relay) -> None:
    names = await client.subscribe(NAMES)
    assert await client.data(names) == named()

    create(own, "Acme")
    await told.announce("companies")

    assert await client.data(names) == named("Acme")


async def test_what_has_not_changed_is_not_sent_again(own: Caller, client: LiveClient, told: Relay) -> None:
    names = await client.subscribe(NAMES)
    await client.data(names)

    await told.announce("companies")
    await told.announce("people")
    create(own, "Acme")
    await told.announce("companies")

    assert await client.data(names) == named("Acme")


async def test_where_something_may_have_been_missed_it_is_run_again(
    own: Caller, client: LiveClient, told: Relay
) -> None:
    names = await client.subscribe(NAMES)
    await client.data(names)
    await told.announce("people")

    create(own, "Acme")
    told.position += 1  # nobody hears of this one
    await told.announce("people")

    assert await client.data(names) == named("Acme")


async def test_a_new_model_is_planned_for_and_a_field_that_is_gone_ends_it(
    own: Caller, client: LiveClient, told: Relay
) -> None:
    create(own, "Acme")
    named_ = await client.subscribe(NAMES)
    employed = await client.subscribe("subscription {companies {employees}}")
    version = await client.subscribe("subscription {_schemaVersion}")
    assert await client.data(named_) == named("Acme")
    assert await client.data(employed) == {"companies": [{"employees": None}]}
    first = (await client.data(version))["_schemaVersion"]

    own.do('mutation {deleteField(input: {object: "company", field: "employees"}) {name}}')

    assert "employees" in (await client.error(employed))["message"]
    assert await client.data(version) == {"_schemaVersion": first + 1}
    create(own, "Zeta")
    await told.announce("companies")
    assert await client.data(named_) == named("Acme", "Zeta")


async def test_somebody_else_s_events_are_none_of_ours(site: Site, own: Caller, client: LiveClient) -> None:
    other = site.sign_up(pack="crm")
    names = await client.subscribe(NAMES)
    await client.data(names)
    async with live(site.url, other.token) as theirs:
        seen = await theirs.subscribe(NAMES)
        assert await theirs.data(seen) == named()


async def test_a_role_that_is_changed_sees_the_less_at_once(site: Site, own: Caller, told: Relay) -> None:
    create(own, "Acme")
    own.do('mutation {createRole(input: {name: "reader", rights: [READ]}) {name}}')
    key = own.new_key(role="reader")
    async with live(site.url, key.token) as reader:
        names = await reader.subscribe(NAMES)
        assert await reader.data(names) == named("Acme")
        rule = {"role": "reader", "object": "company", "rights": ["READ"], "readRule": {"name": {"eq": "Zeta"}}}
        own.do("mutation($r: SetObjectPermissionInput!) {setObjectPermission(input: $r) {name}}", r=rule)
        assert await reader.data(names) == named()
        create(own, "Zeta")
        await told.announce("companies")
        assert await reader.data(names) == named("Zeta")


async def test_results_come_as_patches_where_that_is_asked_for(own: Caller, client: LiveClient, told: Relay) -> None:
    for name in ("Acme", "Beta", "Gamma"):
        create(own, name)
    names = await client.subscribe(NAMES.replace("subscription", "subscription @jsonPatch"))
    assert await client.result(names) == {"data": named("Acme", "Beta", "Gamma"), "revision": 1}

    create(own, "Zeta")
    await told.announce("companies")

    patch = [{"op": "add", "path": "/companies/3", "value": {"name": "Zeta"}}]
    assert await client.result(names) == {"patch": patch, "revision": 2}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("subscription {companies {id} people {id}}", "must select only one top level field"),
        ("subscription {__typename}", "must not select an introspection top level field"),
        ("subscription {companies @include(if: true) {id}}", "must not use `@skip` or `@include`"),
        ("subscription {nonsense}", "Cannot query field 'nonsense' on type 'Subscription'"),
        ('subscription {companies(filter: {name: {regex: "("}}) {id}}', "regular expression"),
    ],
)
async def test_what_cannot_be_watched_is_refused_in_words(client: LiveClient, query: str, message: str) -> None:
    assert message in (await client.error(await client.subscribe(query)))["message"]
