"""Whatever writes records leaves an event for each of them, once, in the same transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from armature.core.logs import begin_request
from armature.metadata.changes import NewField, NewRelation
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.caller import SYSTEM, Caller
from tests.metadata.models import add_field, add_object, formula, text, update_object
from tests.schema_builder.conftest import add_library
from tests.schema_builder.test_golden import ADD, CALLERS
from tests.support.data_api import Client, DataApi
from tests.support.golden import Golden, golden_cases
from tests.support.replay import Event, events_of, images_of, replayed, told
from tests.support.small_crm import ACME, CHESHIRE, GONE, HARE, HATTER, TEAPOT

ADA = Caller("MANUAL", "ada@example.com", user_id=UUID(int=7))
ADA_TOLD = {"source": "MANUAL", "name": "ada@example.com", "apiKeyId": None}
TWO = 'data: [{domainName: "acme.com", name: "x"}, {domainName: "new.example", name: "y"}]'
NOTHING_TO_TELL = {"upsert_nothing"}


async def events(client: Client) -> Sequence[Event]:
    async with client.api.db.connection() as connection:
        return await events_of(connection, client.snapshot)


@pytest.mark.parametrize("case", [each for each in golden_cases() if "mutation" in each.query], ids=str)
async def test_events_lead_from_what_was_to_what_is(case: Golden, api: DataApi) -> None:
    """Of every shape of statement that writes."""
    snapshot = await ADD[case.world](api)
    async with api.db.connection() as connection:
        before = await images_of(connection, snapshot)
    await api.answer(snapshot, Operation(case.query, case.variables), CALLERS.get(case.world, SYSTEM))
    async with api.db.connection() as connection:
        after, found = await images_of(connection, snapshot), await events_of(connection, snapshot)

    assert replayed(before, found) == after
    assert bool(found) == (before != after)
    assert case.name in NOTHING_TO_TELL or found


async def test_an_event_says_who_wrote_what_where_and_why(own_crm: Client) -> None:
    begin_request(b"request-1")
    robot = Caller("API", "Robot", api_key_id=UUID(int=8), causation_id=UUID(int=9), depth=2)
    made = await replace(own_crm, caller=ADA).data('mutation {createTask(data: {title: "x"}) {id}}')
    await replace(own_crm, caller=robot).data(
        f'mutation {{updateTask(id: "{made["createTask"]["id"]}", data: {{}}) {{id}}}}'
    )

    by_ada, by_robot = await events(own_crm)

    assert by_ada["actor"] == {
        "source": "MANUAL",
        "name": "ada@example.com",
        "userId": str(UUID(int=7)),
        "apiKeyId": None,
    }
    assert (by_ada["request_id"], by_ada["causation_id"], by_ada["depth"]) == ("request-1", None, 0)
    assert by_robot["actor"]["apiKeyId"] == str(UUID(int=8))
    assert (by_robot["causation_id"], by_robot["depth"]) == (UUID(int=9), 2)
    assert (by_ada["position"], by_robot["position"]) == (None, None)
    assert by_ada["seq"] < by_robot["seq"]
    assert by_ada["at"] <= by_robot["at"]


@pytest.mark.parametrize(
    ("mutation", "found"),
    [
        ('createCompany(data: {domainName: "acme.com"}, onConflict: {fields: [DOMAIN_NAME], update: []}) {id}', []),
        (f"createCompanies({TWO}, onConflict: {{fields: [DOMAIN_NAME]}}) {{id}}", ["UPDATED", "CREATED"]),
        (f'restoreCompany(id: "{ACME}") {{id}}', ["UPDATED"]),
        (f'restoreCompany(id: "{GONE}") {{id}}', ["RESTORED"]),
        ('updateCompanies(filter: {name: {eq: "nobody"}}, data: {name: "x"}) {count}', []),
        (f'updateCompany(id: "{UUID(int=1)}", data: {{name: "x"}}) {{id}}', []),
        ('createCompany(data: {domainName: "acme.com"}) {id}', []),
        (f'mergeCompanies(ids: ["{ACME}", "{CHESHIRE}"], dryRun: true) {{id}}', []),
        (f'a: deleteCompany(id: "{ACME}") {{id}} b: deleteCompany(id: "{ACME}") {{id}}', ["DELETED"]),
    ],
)
async def test_what_happened_is_told_and_nothing_else(own_crm: Client, mutation: str, found: list[str]) -> None:
    await own_crm.ask(f"mutation {{{mutation}}}")

    assert [each["action"] for each in await events(own_crm)] == found


async def test_what_is_undone_leaves_no_event(own_crm: Client) -> None:
    first, second = (f'{key}: createCompany(data: {{domainName: "twice.example"}}) {{id}}' for key in "ab")
    error = await own_crm.error(f"mutation @atomic {{{first} {second}}}")

    assert error["code"] == "CONFLICT"
    assert await events(own_crm) == []


async def test_images_are_of_the_whole_row(own_crm: Client) -> None:
    await own_crm.data(f'mutation {{updateCompany(id: "{ACME}", data: {{employees: 7}}) {{id}}}}')

    (event,) = await events(own_crm)

    assert event["before"].keys() == event["after"].keys()
    differs = {name for name, value in event["before"].items() if event["after"][name] != value}
    assert differs == {"employees", "updated_at"}
    assert (event["before"]["employees"], event["after"]["employees"]) == (120, 7)
    assert event["before"]["annual_recurring_revenue_amount_micros"] == 9_007_199_254_740_993


async def test_formulas_are_in_the_images(own_crm: Client) -> None:
    client = await own_crm.change(add_field("company", formula("shout", "upper(name)")))
    await client.data(f'mutation {{updateCompany(id: "{ACME}", data: {{name: "Apex"}}) {{id}}}}')

    (event,) = await events(client)

    assert (event["before"]["shout"], event["after"]["shout"]) == ("ACME", "APEX")


async def test_fields_and_objects_may_be_called_old_and_new(api: DataApi) -> None:
    names = [text("old"), text("new")]
    snapshot = await api.workspace(
        [add_object("oldie", *names, name_plural="old"), add_object("newish", *names, name_plural="new")]
    )
    client = Client(api, snapshot)
    for one in ("Oldie", "Newish"):
        made = await client.data(f'mutation {{it: create{one}(data: {{old: "a", new: "b"}}) {{id}}}}')
        await client.data(f'mutation {{update{one}(id: "{made["it"]["id"]}", data: {{old: "c"}}) {{old new}}}}')

    found = await events(client)

    assert [(each["action"], each["table"]) for each in found] == [
        ("CREATED", "old"),
        ("UPDATED", "old"),
        ("CREATED", "new"),
        ("UPDATED", "new"),
    ]
    assert [(each["after"]["old"], each["after"]["new"]) for each in found] == [("a", "b"), ("c", "b")] * 2


async def test_the_table_stays_when_an_object_is_called_otherwise(own_crm: Client) -> None:
    renamed = await own_crm.change(update_object("task", name_singular="chore", name_plural="chores"))
    await renamed.data('mutation {createChore(data: {title: "x"}) {id}}')

    assert [each["table"] for each in await events(renamed)] == ["tasks"]


async def test_changes_of_the_model_leave_no_events(own_crm: Client) -> None:
    changed = await own_crm.change(add_field("company", text("motto", default_value="Onwards", is_nullable=False)))

    assert await events(changed) == []


async def test_events_of_a_record_are_in_the_order_of_its_writes(own_crm: Client) -> None:
    """Each begins with what the one before it left, however many write at the same moment."""
    update = "mutation ($id: ID!, $name: String) {updateCompany(id: $id, data: {name: $name}) {id}}"
    async with own_crm.api.db.connection() as connection:
        before = await images_of(connection, own_crm.snapshot)
    await asyncio.gather(
        *(own_crm.data(update, id=str(each), name=f"n{at}") for at in range(20) for each in (ACME, TEAPOT, CHESHIRE))
    )
    async with own_crm.api.db.connection() as connection:
        after = await images_of(connection, own_crm.snapshot)

    found = await events(own_crm)

    assert len(found) == 60
    assert replayed(before, found) == after


async def test_links_have_events_of_their_own(api: DataApi) -> None:
    snapshot = await add_library(api)
    client = Client(api, snapshot)
    link = snapshot.visible_objects["bookWriter"].table
    made = await client.data(
        'mutation {createBook(data: {title: "t", writers: {create: [{name: "w"}]}}) {id writers {id}}}'
    )
    book, writer = made["createBook"]["id"], made["createBook"]["writers"][0]["id"]
    await client.data(
        f'mutation {{updateBook(id: "{book}", data: {{writers: {{disconnect: [{{id: "{writer}"}}]}}}}) {{id}}}}'
    )

    found = [(action, table) for action, table, _ in told(await events(client))]

    assert sorted(found[:3]) == sorted([("CREATED", "books"), ("CREATED", "writers"), ("CREATED", link)])
    assert ("DELETED", link) in found[3:]


async def test_what_is_sent_again_under_a_key_leaves_one_event(own_crm: Client) -> None:
    operation = Operation('mutation {createTask(data: {title: "x"}) {id}}', {}, idempotency_key="k")
    for _ in range(2):
        await own_crm.api.answer(own_crm.snapshot, operation, ADA)

    assert [each["action"] for each in await events(own_crm)] == ["CREATED"]


async def test_what_foreign_keys_do_is_told_once_and_by_whom(own_crm: Client) -> None:
    begin_request(b"request-2")
    ada = replace(own_crm, caller=replace(ADA, causation_id=UUID(int=9), depth=1))
    await ada.data(f'mutation {{destroyCompany(id: "{TEAPOT}") {{id}}}}')

    first, *others = await events(own_crm)

    assert (first["action"], first["record"]) == ("DESTROYED", TEAPOT)
    people = [each for each in others if each["table"] == "people"]
    assert sorted(each["record"] for each in people) == sorted([HATTER, HARE])
    for each in people:
        assert (each["action"], each["before"]["company_id"], each["after"]["company_id"]) == (
            "UPDATED",
            str(TEAPOT),
            None,
        )
    for each in others:
        assert each["actor"] == first["actor"] == {**ADA_TOLD, "userId": str(UUID(int=7))}
        assert (each["request_id"], each["causation_id"], each["depth"]) == ("request-2", UUID(int=9), 1)


async def test_nobody_is_said_to_have_done_what_was_done_past_the_api(own_crm: Client) -> None:
    """Nor is it put down to who used the connection before."""
    await replace(own_crm, caller=ADA).data(f'mutation {{destroyCompany(id: "{ACME}") {{id}}}}')
    before = await events(own_crm)
    async with own_crm.api.db.connection() as connection:
        await connection.execute(f"DELETE FROM {own_crm.snapshot.schema}.companies WHERE id = $1", TEAPOT)  # noqa: S608

    after = (await events(own_crm))[len(before) :]

    assert {each["record"] for each in after} >= {HATTER, HARE}
    assert {each["actor"] for each in after} == {None}


async def test_records_that_go_with_others_are_told_of_level_by_level(api: DataApi) -> None:
    above = NewRelation(type="MANY_TO_ONE", target="level", inverse_name="below", on_delete="CASCADE")
    level = add_object("level", NewField(name="above", type="RELATION", relation=above))
    client = Client(api, await api.workspace([level]))
    create = "below: {create: [{below: {create: [{}, {}]}}, {}]}"
    top = (await client.data(f"mutation {{it: createLevel(data: {{{create}}}) {{id}}}}"))["it"]
    begun = len(await events(client))

    await client.data(f'mutation {{destroyLevel(id: "{top["id"]}") {{id}}}}')

    gone = (await events(client))[begun:]
    assert [each["action"] for each in gone] == ["DESTROYED"] * 5
    assert len({each["record"] for each in gone}) == 5
    assert (await client.data("{levels(withDeleted: true) {id}}"))["levels"] == []
