"""Change events: what happened to records, in order, to those who may see it."""

from typing import Any

import pytest

from armature.metadata.changes import (
    CreateField,
    CreateRole,
    DeleteField,
    NewField,
    SetFieldPermission,
    SetObjectPermission,
)
from armature.schema_builder.run.watched import NothingChosen
from armature.server.live.event_watch import EventsGone, NotYetThere
from tests.server.live.world import POOL, Ear, World, count
from tests.support.small_crm import GADGET

ALL = """subscription($on: [ChangeAction!], $filter: CompanyFilterInput, $after: BigInt) {
  companyEvents(on: $on, filter: $filter, after: $after) {
    position action recordId record {name employees people {firstName}} changes {field before after}
  }
}"""
NAMES = "subscription {companies {name}}"
FEW = "subscription {companyEvents {action record {name}}}"


async def write(world: World, mutation: str) -> Any:
    return await world.client.data(f"mutation {{{mutation}}}")


async def create(world: World, data: str) -> str:
    made = await write(world, f"createCompany(data: {{{data}}}) {{id}}")
    return str(made["createCompany"]["id"])


async def event(ear: Ear) -> Any:
    return (await ear.data())["companyEvents"]


async def test_a_record_s_life_is_told(world: World) -> None:
    ear = await world.follow(ALL)
    id_ = await create(world, 'name: "Acme", employees: 3')
    await write(world, f'updateCompany(id: "{id_}", data: {{employees: 4}}) {{id}}')
    await write(world, f'deleteCompany(id: "{id_}") {{id}}')
    await write(world, f'restoreCompany(id: "{id_}") {{id}}')
    await write(world, f'destroyCompany(id: "{id_}") {{id}}')
    await world.tell()

    found = [await event(ear) for _ in range(5)]

    assert [each["action"] for each in found] == ["CREATED", "UPDATED", "DELETED", "RESTORED", "DESTROYED"]
    assert [each["position"] for each in found] == ["1", "2", "3", "4", "5"]
    assert {each["recordId"] for each in found} == {id_}
    assert [each["record"]["employees"] for each in found] == [3, 4, 4, 4, 4]
    assert [each["changes"] for each in found] == [[], [{"field": "employees", "before": 3, "after": 4}], [], [], []]


async def test_what_a_record_leads_to_is_shown_as_it_is_now(world: World) -> None:
    ear = await world.follow(ALL)
    id_ = await create(world, 'name: "Acme"')
    await write(world, f'createPerson(data: {{firstName: "Ada", companyId: "{id_}"}}) {{id}}')
    await world.tell()

    assert (await event(ear))["record"] == {"name": "Acme", "employees": None, "people": [{"firstName": "Ada"}]}


async def test_it_is_told_who_did_it_and_when(world: World) -> None:
    member = world.client.acting_as("member", email="ada@acme.com")
    ear = await world.follow("subscription {companyEvents {at actor {__typename who: name userId source} __typename}}")
    await member.data('mutation {createCompany(data: {name: "Acme"}) {id}}')
    await world.tell()

    found = await event(ear)
    assert found.pop("at") > "2020"
    assert found == {
        "actor": {
            "__typename": "ActorValue",
            "who": "ada@acme.com",
            "userId": str(member.caller.user_id),
            "source": "MANUAL",
        },
        "__typename": "CompanyChangeEvent",
    }


async def test_what_happens_to_a_deleted_record_is_out_of_sight(world: World) -> None:
    """A foreign key writes it, too."""
    company = await create(world, 'name: "Acme"')
    data = f'firstName: "Ada", companyId: "{company}"'
    id_ = (await write(world, f"createPerson(data: {{{data}}}) {{id}}"))["createPerson"]["id"]
    await write(world, f'deletePerson(id: "{id_}") {{id}}')
    ear = await world.follow("subscription {personEvents(after: 0) {action}}")
    await write(world, f'destroyCompany(id: "{company}") {{id}}')
    await write(world, f'restorePerson(id: "{id_}") {{id}}')
    await write(world, f'destroyPerson(id: "{id_}") {{id}}')
    await world.tell()

    found = [(await ear.data())["personEvents"]["action"] for _ in range(4)]
    assert found == ["CREATED", "DELETED", "RESTORED", "DESTROYED"]


async def test_only_the_actions_that_are_asked_for_are_told(world: World) -> None:
    ear = await world.follow(ALL, None, on=["DELETED", "ENTERED"])
    id_ = await create(world, 'name: "Acme"')
    await write(world, f'deleteCompany(id: "{id_}") {{id}}')
    await world.tell()

    assert (await event(ear))["action"] == "DELETED"


async def test_nobody_waits_for_no_action_at_all(world: World) -> None:
    for query in (
        "subscription {companyEvents(on: []) {action}}",
        "subscription($on: [ChangeAction!] = []) {companyEvents(on: $on) {action}}",
    ):
        with pytest.raises(NothingChosen):
            await world.follow(query)


async def test_a_filter_tells_of_records_that_come_and_go(world: World) -> None:
    ear = await world.follow(ALL, None, filter={"employees": {"gt": 10}})
    id_ = await create(world, 'name: "Acme", employees: 3')
    for employees in (4, 11, 12, 5, 6):
        await write(world, f'updateCompany(id: "{id_}", data: {{employees: {employees}}}) {{id}}')
    await write(world, f'deleteCompany(id: "{id_}") {{id}}')
    await create(world, 'name: "Zeta", employees: 20')
    await world.tell()

    found = [await event(ear) for _ in range(4)]

    assert [(each["action"], each["record"] and each["record"]["employees"]) for each in found] == [
        ("ENTERED", 11),
        ("UPDATED", 12),
        ("LEFT", None),
        ("CREATED", 20),
    ]
    assert [each["changes"] for each in found] == [[], [{"field": "employees", "before": 11, "after": 12}], [], []]


@pytest.mark.parametrize(
    "given",
    [
        {"people": {"some": {"firstName": {"eq": "Ada"}}}},
        {"searchVector": {"search": "acme"}},
        {"or": [{"name": {"istartsWith": "ac"}}, {"domainName": {"eq": "x"}}]},
        {"createdBy": {"source": {"eq": "SYSTEM"}}, "name": {"search": "acme"}},
        {"not": {"name": {"is": "NULL"}}, "addressCity": {"is": "NULL"}},
    ],
    ids=str,
)
async def test_filters_are_those_of_every_read(world: World, given: Any) -> None:
    ear = await world.follow(ALL, None, filter=given)
    await create(world, 'name: "Zeta", domainName: "zeta.com", addressCity: "X"')
    id_ = await create(world, 'name: "Acme"')
    await write(world, f'createPerson(data: {{firstName: "Ada", companyId: "{id_}"}}) {{id}}')
    await world.tell()

    told = await event(ear)
    if "createdBy" not in given and "not" not in given:
        assert told["record"]["name"] == "Acme"


async def test_changes_are_told_as_answers_have_them(world: World) -> None:
    await world.client.change(GADGET)
    ear = await world.follow("subscription {gadgetEvents(on: [UPDATED]) {changes {field was: before is: after}}}")
    id_ = (await write(world, "createGadget(data: {colors: [RED]}) {id}"))["createGadget"]["id"]
    data = 'colors: [GREEN], price: {amountMicros: 9007199254740993, currencyCode: "CHF"}, maker: {firstName: "Ada"}'
    await write(world, f'updateGadget(id: "{id_}", data: {{{data}}}) {{id}}')
    await world.tell()

    changes = (await ear.data())["gadgetEvents"]["changes"]
    assert {each["field"]: (each["was"], each["is"]) for each in changes} == {
        "colors": (["RED"], ["GREEN"]),
        "price": (
            {"amountMicros": "0", "currencyCode": None},
            {"amountMicros": "9007199254740993", "currencyCode": "CHF"},
        ),
        "maker": (None, {"firstName": "Ada", "lastName": None}),
    }


# Who may see what


async def test_a_row_rule_decides_by_what_a_record_was_and_is(world: World) -> None:
    rule = {"employees": {"gt": 10}}
    permission = SetObjectPermission(role="clerk", object="company", rights=("READ",), read_rule=rule)
    hidden = SetFieldPermission(role="clerk", object="company", field="domainName", may_read=False)
    crm = await world.client.change(CreateRole(name="clerk"), permission, hidden)
    clerk = crm.acting_as("clerk").caller
    query = "subscription {companyEvents {action recordId record {name} changes {field before after}}}"
    ear, everything = await world.follow(query, clerk), await world.follow(query)
    id_ = await create(world, 'name: "Acme", employees: 3')
    for data in ("employees: 11", 'employees: 12, domainName: "secret.com"', "employees: 1", "employees: 2"):
        await write(world, f'updateCompany(id: "{id_}", data: {{{data}}}) {{id}}')
    await world.tell()

    seen = [await event(ear) for _ in range(3)]
    assert [each["action"] for each in seen] == ["ENTERED", "UPDATED", "LEFT"]
    assert [each["record"] for each in seen] == [{"name": "Acme"}, {"name": "Acme"}, None]
    assert [each["changes"] for each in seen] == [[], [{"field": "employees", "before": 11, "after": 12}], []]
    assert [(await event(everything))["action"] for _ in range(5)] == ["CREATED", *["UPDATED"] * 4]


async def test_an_object_that_a_role_does_not_see_has_no_events(world: World) -> None:
    crm = await world.client.change(CreateRole(name="clerk"))
    with pytest.raises(Exception, match="companyEvents"):
        await world.follow(FEW, crm.acting_as("clerk").caller)


async def test_a_role_that_loses_its_sight_hears_no_more(world: World) -> None:
    give = SetObjectPermission(role="clerk", object="company", rights=("READ",))
    crm = await world.client.change(CreateRole(name="clerk"), give)
    ear = await world.follow(FEW, crm.acting_as("clerk").caller)
    await create(world, 'name: "Acme"')
    await world.tell()
    assert (await event(ear))["record"] == {"name": "Acme"}

    await world.client.change(SetObjectPermission(role="clerk", object="company", rights=()))
    assert "companyEvents" in (await ear.heard.get())["errors"][0]["message"]


# Order, and what was missed


async def test_one_statement_tells_all_who_watch_the_same(world: World) -> None:
    ears = [await world.follow(FEW) for _ in range(30)]
    for name in ("First", "Second", "Third"):
        await world.settled()
        world.counted()
        await create(world, f'name: "{name}"')
        await world.tell()
        for each in ears:
            assert (await event(each))["record"] == {"name": name}
        await world.settled()
        assert len([each for each in world.counted() if "_events AS b" in each]) == 1


async def test_who_comes_back_is_told_what_was_missed_and_nothing_twice(world: World) -> None:
    first = await world.follow(ALL)
    for at in range(250):
        await create(world, f'name: "{at}"')
    await world.tell()
    positions = [(await event(first))["position"] for _ in range(250)]

    again = await world.follow(ALL, None, after=positions[9])
    await create(world, 'name: "last"')
    await world.tell()

    names = [(await event(again))["record"]["name"] for _ in range(241)]
    assert names == [*map(str, range(10, 250)), "last"]
    assert (await event(first))["record"]["name"] == "last"
    assert again.heard.empty()


async def test_what_happens_to_others_is_not_looked_at_again(world: World) -> None:
    begun: list[int] = []
    await count(world.api, POOL, lambda query: begun.append(query.args[0]) if "_events AS b" in query.query else None)
    ear = await world.follow(FEW)
    await create(world, 'name: "First"')
    await world.tell()
    await event(ear)

    for _ in range(3):
        await write(world, 'createPerson(data: {firstName: "Ada"}) {id}')
    await world.tell()
    begun.clear()
    await create(world, 'name: "Second"')
    await world.tell()
    assert (await event(ear))["record"] == {"name": "Second"}
    await (await world.follow(NAMES)).data()

    assert begun[0] == 4


async def test_events_that_are_gone_are_missed_with_a_code(world: World) -> None:
    for each in "abc":
        await create(world, f'name: "{each}"')
    await world.tell()
    async with world.api.db.connection() as connection:
        await connection.execute(f"DELETE FROM {world.client.snapshot.schema}._events WHERE position < 3")  # noqa: S608

    with pytest.raises(EventsGone, match="the first one that is has position 3"):
        await world.follow(ALL, None, after="1")
    whole = await world.follow(ALL, None, after="2")
    assert (await event(whole))["record"]["name"] == "c"
    with pytest.raises(NotYetThere) as early:
        await world.follow(ALL, None, after="4")
    assert early.value.extensions() == {"code": "BAD_USER_INPUT", "field": "after"}


async def test_a_new_model_goes_on_where_the_old_one_was(world: World) -> None:
    ear = await world.follow(ALL)
    id_ = await create(world, 'name: "Acme"')
    await world.tell()
    assert (await event(ear))["action"] == "CREATED"

    await write(world, f'updateCompany(id: "{id_}", data: {{employees: 1}}) {{id}}')
    await world.client.change(CreateField(object="company", field=NewField(name="motto", type="TEXT")))
    await write(world, f'updateCompany(id: "{id_}", data: {{motto: "Tea"}}) {{id}}')
    await world.tell()

    assert [each["field"] for _ in range(2) for each in (await event(ear))["changes"]] == ["employees", "motto"]
    await world.client.change(DeleteField(object="company", field="employees"))
    assert "employees" in (await ear.heard.get())["errors"][0]["message"]


async def test_fields_that_a_role_does_not_read_are_in_no_event(world: World) -> None:
    crm = await world.client.change(
        CreateRole(name="clerk", rights=("READ",)),
        SetFieldPermission(role="clerk", object="company", field="employees", may_read=False),
    )
    clerk = crm.acting_as("clerk").caller
    ear = await world.follow("subscription {companyEvents {action record {name} changes {field before after}}}", clerk)
    id_ = await create(world, 'name: "Acme", employees: 3')
    await write(world, f'updateCompany(id: "{id_}", data: {{employees: 41}}) {{id}}')
    await write(world, f'updateCompany(id: "{id_}", data: {{employees: 42, addressCity: "Bern"}}) {{id}}')
    await write(world, f'updateCompany(id: "{id_}", data: {{name: "Zeta"}}) {{id}}')
    await world.tell()

    found = [await event(ear)]
    while found[-1]["record"]["name"] != "Zeta":
        found.append(await event(ear))
    assert [each["field"] for one in found for each in one["changes"]] == ["addressCity", "name"]
    assert "41" not in str(found)
