"""What live queries cost: a run for all who watch the same, one more however much happens meanwhile, none when idle."""

import asyncio
from dataclasses import replace

import pytest

from armature.metadata.changes import CreateRole, SetObjectPermission
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.operation import Refused
from armature.server.live.following import Following
from tests.server.live.world import World, opened


def create(name: str) -> str:
    return f'mutation {{createCompany(data: {{name: "{name}"}}) {{id}}}}'


NAMES = "subscription {companies {name}}"


async def test_all_who_watch_the_same_are_told_of_one_run(world: World) -> None:
    ears = [await world.follow(NAMES) for _ in range(50)]
    ears += [await world.follow("subscription Another {companies {name}}") for _ in range(50)]
    for each in ears:
        assert await each.data() == {"companies": []}

    await world.client.data(create("Acme"))
    world.counted()
    await world.relay.announce("companies")

    for each in ears:
        assert await each.data() == {"companies": [{"name": "Acme"}]}
    assert len(world.counted()) == 1


SUBSCRIBERS, PLANS = 10_000, 100


def plan(number: int) -> str:
    """Half of the plans read companies, the others people."""
    if number % 2:
        return f"subscription {{companies(filter: {{employees: {{gte: {number}}}}}) {{name}}}}"
    return f"subscription {{people(limit: {number + 1}) {{firstName}}}}"


async def test_ten_thousand_who_watch_a_hundred_plans_cost_a_statement_for_each_that_is_touched(world: World) -> None:
    """And none while nothing happens, or what nobody reads is touched."""
    ears = [await world.follow(plan(at % PLANS)) for at in range(SUBSCRIBERS)]
    last = await world.follow("subscription {opportunities {name}}")
    for each in (*ears, last):
        await each.data()
    await world.client.data('mutation {createOpportunity(data: {name: "Tea"}) {id}}')
    await world.settled()

    world.counted()
    for table in ("tasks", "notes", "tasks", "opportunities"):
        await world.relay.announce(table)
    assert await last.data() == {"opportunities": [{"name": "Tea"}]}
    await world.settled()
    assert len(world.counted()) == 1

    await world.client.data('mutation {createCompany(data: {name: "Acme", employees: 1000}) {id}}')
    await world.relay.announce("companies")
    for each in ears[1::2]:
        assert await each.data() == {"companies": [{"name": "Acme"}]}
    await world.settled()

    asked = world.counted()
    assert len(asked) == PLANS // 2
    assert all(".companies" in each and ".people" not in each for each in asked)
    assert all(each.heard.empty() for each in ears)


TOUCHED = (
    "companies {people {firstName}}",
    'companies(filter: {people: {some: {firstName: {eq: "Ada"}}}}) {name}',
    "companies(orderBy: [{peopleAggregate: {count: DESC}}]) {name}",
    "companies(filter: {people: {none: {}}}) {name}",
    "companiesAggregate(filter: {people: {some: {}}}) {count}",
    "companiesGroupBy(by: [{field: NAME}]) {records {people {firstName}}}",
    "peopleConnection {totalCount}",
    "people(filter: {company: {}}) {firstName}",
    'search(text: "ada", objects: ["person", "company"]) {record {__typename}}',
)
OTHERS = (
    "companies {name}",
    "opportunities {company {name}}",
    'search(text: "ada", objects: ["company"]) {record {__typename}}',
    "_schemaVersion",
)


async def test_only_what_reads_a_touched_table_is_run_again(world: World) -> None:
    """Also where it does so by a relation, a filter, an order, a search."""
    await world.client.data(create("Acme"))
    zeta = (await world.client.data(create("Zeta")))["createCompany"]["id"]
    ears = {each: await world.follow(f"subscription {{{each}}}") for each in (*TOUCHED, *OTHERS)}
    last = await world.follow("subscription {tasks {title}}")
    for ear in (*ears.values(), last):
        await ear.data()

    ada = f'mutation {{createPerson(data: {{firstName: "Ada", companyId: "{zeta}"}}) {{id}}}}'
    await world.client.data(ada)
    await world.client.data('mutation {createTask(data: {title: "Tea"}) {id}}')
    world.counted()
    await world.relay.announce("people")
    await world.relay.announce("tasks")
    for each in TOUCHED:
        await ears[each].data()
    await last.data()

    assert len(world.counted()) == len(TOUCHED) + 1
    assert all(ears[each].heard.empty() for each in OTHERS)


async def test_rows_that_a_rule_asks_for_are_read_too(world: World) -> None:
    rule = {"people": {"some": {"email": {"eq": "$me.email"}}}}
    permission = SetObjectPermission(role="clerk", object="company", rights=("READ",), read_rule=rule)
    crm = await world.client.change(CreateRole(name="clerk"), permission)
    acme = (await world.client.data(create("Acme")))["createCompany"]["id"]
    ada, bob = (crm.acting_as("clerk", email=f"{each}@acme.com").caller for each in ("ada", "bob"))
    ears = [await world.follow(NAMES, each) for each in (ada, ada, bob)]
    assert [await each.data() for each in ears] == [{"companies": []}] * 3

    person = f'mutation {{createPerson(data: {{email: "ada@acme.com", companyId: "{acme}"}}) {{id}}}}'
    await world.client.data(person)
    world.counted()
    await world.relay.announce("people")

    assert [await each.data() for each in ears[:2]] == [{"companies": [{"name": "Acme"}]}] * 2
    await (await world.follow(NAMES, bob)).data()
    assert len(world.counted()) <= 3  # for Ada; for Bob, and perhaps once more for who joined him
    assert ears[2].heard.empty()


async def test_what_happens_during_a_run_asks_for_one_more(world: World) -> None:
    ear = await world.follow(NAMES)
    await ear.data()
    await world.client.data(create("Acme"))
    async with world.api.db.transaction() as connection:
        await connection.execute(f"LOCK {world.client.snapshot.schema}.companies")
        world.counted()
        await world.relay.announce("companies")
        while not await waiting(world):  # noqa: ASYNC110
            await asyncio.sleep(0)
        for _ in range(100):
            await world.relay.announce("companies")
        marker = await world.follow("subscription {tasks {title}}")
        await world.relay.announce("tasks")
    assert await ear.data() == {"companies": [{"name": "Acme"}]}
    await marker.data()

    assert len([each for each in world.counted() if ".companies" in each and "LOCK" not in each]) <= 2


async def waiting(world: World) -> bool:
    async with world.api.db.connection() as connection:
        found = await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return bool(found)


async def test_a_workspace_whose_queries_take_long_leaves_room_for_others(
    migrated_database_url: str, worker_redis_url: str
) -> None:
    async with (
        opened(migrated_database_url, worker_redis_url, pool_size=8) as slow,
        opened(migrated_database_url, worker_redis_url) as other,
    ):
        quick = replace(slow, client=other.client)
        async with slow.api.db.transaction() as connection:
            await connection.execute(f"LOCK {slow.client.snapshot.schema}.companies")
            ears = [await slow.follow(f"subscription {{companies(limit: {at}) {{name}}}}") for at in range(1, 10)]
            assert await (await quick.follow(NAMES)).data() == {"companies": []}
        for each in ears:
            assert await each.data() == {"companies": []}


async def test_who_has_left_is_not_told_and_costs_nothing(world: World) -> None:
    ear = world.ear()
    following = await world.live.follow(Operation(NAMES, {}), ear)
    assert isinstance(following, Following)
    await ear.data()
    last = await world.follow("subscription {tasks {title}}")
    await last.data()
    world.live.leave(following, ear.identity.workspace_id)

    await world.client.data(create("Acme"))
    await world.client.data('mutation {createTask(data: {title: "Tea"}) {id}}')
    world.counted()
    await world.relay.announce("companies")
    await world.relay.announce("tasks")
    await last.data()

    assert len(world.counted()) == 1
    assert ear.heard.empty()


async def test_what_fails_ends_for_those_who_have_not_been_told_anything(world: World) -> None:
    with pytest.raises(Refused):
        await world.follow("subscription {nonsense}")
    ear = await world.follow('subscription {companies(filter: {name: {regex: "("}}) {id}}')

    assert "regular expression" in (await ear.heard.get())["errors"][0]["message"]
