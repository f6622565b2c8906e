"""onConflict: a create that finds its record there already updates it."""

import asyncio
from typing import Any

import pytest

from armature.metadata.changes import CreateIndex, NewIndexField
from tests.metadata.models import add_object, text, to_one
from tests.schema_builder.test_rollups import number
from tests.support.data_api import Client, DataApi
from tests.support.small_crm import ACME, GONE, TEAPOT

BY_DOMAIN = "onConflict: {fields: [DOMAIN_NAME]}"
MANY = (
    "mutation($data: [CompanyCreateInput!]!, $update: [CompanyFieldName!]) "
    "{createCompanies(data: $data, onConflict: {fields: [DOMAIN_NAME], update: $update}) "
    "{id name employees domainName}}"
)
BLOCKED = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


async def test_a_record_that_is_there_gets_what_the_data_gives(own_crm: Client) -> None:
    found = await own_crm.data(
        f'mutation {{createCompany(data: {{domainName: "acme.com", name: "ACME"}}, {BY_DOMAIN}) '
        "{id name employees createdAt updatedAt}}"
    )

    after = found["createCompany"]
    assert (after["id"], after["name"], after["employees"]) == (str(ACME), "ACME", 120)
    assert after["updatedAt"] > after["createdAt"]


async def test_a_record_that_is_not_there_is_made(own_crm: Client) -> None:
    found = await own_crm.data(
        f'mutation {{createCompany(data: {{domainName: "new.example", name: "New"}}, {BY_DOMAIN}) {{id name}}}}'
    )

    assert found["createCompany"]["name"] == "New"
    assert found["createCompany"]["id"] != str(ACME)


async def test_only_the_fields_named_are_updated(own_crm: Client) -> None:
    query = (
        "mutation($update: [CompanyFieldName!]) {createCompany(data: "
        '{domainName: "acme.com", name: "x", employees: 1}, onConflict: {fields: DOMAIN_NAME, update: $update}) '
        "{name employees updatedAt}}"
    )
    was = await own_crm.data(f'{{company(id: "{ACME}") {{updatedAt}}}}')

    nothing = await own_crm.data(query, update=[])
    one = await own_crm.data(query, update=["EMPLOYEES"])

    assert nothing["createCompany"] == {"name": "Acme", "employees": 120, **was["company"]}
    assert (one["createCompany"]["name"], one["createCompany"]["employees"]) == ("Acme", 1)


async def test_a_field_that_is_named_but_not_given_stays(own_crm: Client) -> None:
    data = [{"domainName": "acme.com", "name": "ACME"}, {"domainName": "teapot.example", "employees": 5}]

    found = await own_crm.data(MANY, data=data, update=["NAME", "EMPLOYEES"])

    assert [(each["name"], each["employees"]) for each in found["createCompanies"]] == [
        ("ACME", 120),
        ("Teapot 100%", 5),
    ]


async def test_many_come_back_in_the_order_of_data_each_updated_by_what_it_gives(own_crm: Client) -> None:
    data = [
        {"domainName": "new.example", "name": "New"},
        {"domainName": "teapot.example", "employees": 7},
        {"name": "No domain"},
        {"domainName": "acme.com", "name": "ACME"},
    ]

    found = (await own_crm.data(MANY, data=data))["createCompanies"]

    assert [each["name"] for each in found] == ["New", "Teapot 100%", "No domain", "ACME"]
    assert [each["employees"] for each in found] == [None, 7, None, 120]
    assert [found[1]["id"], found[3]["id"]] == [str(TEAPOT), str(ACME)]


async def test_the_same_call_twice_makes_nothing_new(own_crm: Client) -> None:
    data = [{"domainName": f"{number}.example", "name": str(number)} for number in range(20)]

    first = await own_crm.data(MANY, data=data)
    second = await own_crm.data(MANY, data=data[::-1], update=[])

    assert second["createCompanies"] == first["createCompanies"][::-1]


async def test_calls_at_the_same_moment_agree(own_crm: Client) -> None:
    data = [{"domainName": f"{number}.example", "name": str(number)} for number in range(20)]

    answers = await asyncio.gather(*(own_crm.data(MANY, data=data) for _ in range(8)))

    assert all(each == answers[0] for each in answers)


async def test_calls_with_the_same_records_in_another_order_do_not_get_in_each_others_way(own_crm: Client) -> None:
    """Both write what comes first by its key first: who waits for that holds nothing that the other needs."""
    companies = f"{own_crm.snapshot.schema}.companies"
    data = [{"domainName": "b.example"}, {"domainName": "a.example"}]
    await own_crm.data(MANY, data=data)

    async with own_crm.api.db.transaction() as other:
        await other.execute(f"SELECT FROM {companies} WHERE domain_name = 'a.example' FOR UPDATE")
        waiting = asyncio.create_task(own_crm.data(MANY, data=[{**each, "name": "y"} for each in data]))
        while not await other.fetchval(BLOCKED):  # noqa: ASYNC110  of another connection
            await asyncio.sleep(0.01)
        await other.execute(f"SELECT FROM {companies} WHERE domain_name = 'b.example' FOR UPDATE NOWAIT")

    assert [each["name"] for each in (await waiting)["createCompanies"]] == ["y", "y"]


async def test_deleted_records_are_out_of_sight(own_crm: Client) -> None:
    found = await own_crm.data(
        f'mutation {{createCompany(data: {{domainName: "gone.example", name: "New"}}, {BY_DOMAIN}) {{id}}}}'
    )
    by_id = f'(data: {{id: "{GONE}", name: "x"}}, onConflict: {{fields: [ID]}})'
    single = await own_crm.error(f"mutation {{createCompany{by_id} {{id}}}}")
    many = await own_crm.error(f"mutation {{createCompanies{by_id} {{id}}}}")

    assert found["createCompany"]["id"] != str(GONE)
    assert (single["code"], single["inputPath"]) == ("CONFLICT", ["data", "id"])
    assert (many["code"], many["inputPath"]) == ("CONFLICT", ["data", 0, "id"])


async def test_the_id_tells_records_apart_too(own_crm: Client) -> None:
    found = await own_crm.data(
        f'mutation {{createCompanies(data: {{id: "{ACME}", name: "x"}}, onConflict: {{fields: [ID]}}) '
        "{id name domainName}}"
    )

    assert found["createCompanies"] == [{"id": str(ACME), "name": "x", "domainName": "acme.com"}]


async def test_relations_are_updated_like_other_fields(own_crm: Client) -> None:
    alice = await own_crm.data('{people(filter: {firstName: {eq: "Alice"}}) {id}}')
    found = await own_crm.data(
        "mutation($id: ID!) {createPerson(data: {id: $id, company: {connect: {where: "
        '{domainName: "teapot.example"}}}}, onConflict: {fields: [ID], update: [COMPANY_ID]}) '
        "{firstName company {name people {firstName}}}}",
        id=alice["people"][0]["id"],
    )

    assert found["createPerson"]["firstName"] == "Alice"
    assert [each["firstName"] for each in found["createPerson"]["company"]["people"]] == ["Alice", "Mad", "March"]


async def test_one_value_twice_in_a_call_is_refused(own_crm: Client) -> None:
    error = await own_crm.error(MANY, data=[{"domainName": "x"}, {}, {"domainName": "x", "name": "y"}])

    assert (error["code"], error["inputPath"]) == ("BAD_USER_INPUT", ["data", 2, "domainName"])
    assert "data[0].domainName" in error["message"]


async def test_a_conflict_in_another_unique_field_is_one(own_crm: Client) -> None:
    error = await own_crm.error(
        f'mutation {{createCompanies(data: {{id: "{TEAPOT}", domainName: "acme.com"}}, '
        "onConflict: {fields: [ID]}) {id}}"
    )

    assert (error["code"], error["inputPath"]) == ("CONFLICT", ["data", 0, "domainName"])


@pytest.mark.parametrize(
    ("given", "at_fault"),
    [
        ("{fields: []}", "fields"),
        ("{fields: [NAME]}", "fields"),
        ("{fields: [DOMAIN_NAME, ID]}", "fields"),
        ("{fields: [ID], update: [CREATED_AT]}", "update"),
        ("{fields: [DOMAIN_NAME], update: [ID]}", "update"),
    ],
)
async def test_fields_that_cannot_serve_are_refused(own_crm: Client, given: str, at_fault: str) -> None:
    single = await own_crm.error(f"mutation {{createCompany(data: {{}}, onConflict: {given}) {{id}}}}")
    many = await own_crm.error(f"mutation {{createCompanies(data: [], onConflict: {given}) {{id}}}}")

    assert single["inputPath"] == many["inputPath"] == ["onConflict", at_fault]


def unique(*fields: str, **more: Any) -> CreateIndex:
    parts = tuple(NewIndexField(field=each) for each in fields)
    return CreateIndex(object="ticket", fields=parts, is_unique=True, **more)


TICKET = (
    add_object("event", text("name")),
    add_object("ticket", text("row"), number("seat"), text("holder"), to_one("event", "event", "tickets")),
)
ONE = (
    "mutation($data: TicketCreateInput!) "
    "{createTicket(data: $data, onConflict: {fields: [SEAT, ROW], update: HOLDER}) {id row seat holder}}"
)


@pytest.fixture
async def tickets(api: DataApi) -> Client:
    return Client(api, await api.workspace([*TICKET, unique("row", "seat"), unique("event", "holder")]))


async def test_several_fields_may_tell_records_apart(tickets: Client) -> None:
    async def put(**data: Any) -> Any:
        return (await tickets.data(ONE, data=data))["createTicket"]

    first = await put(row="A", seat=1, holder="Alice")
    assert await put(row="A", seat=1, holder="Hatter") == {**first, "holder": "Hatter"}
    assert (await put(row="A", seat=2, holder="Hare"))["id"] != first["id"]
    assert (await put(row="A", holder="Hare"))["id"] != (await put(row="A", holder="Hare"))["id"]


async def test_several_fields_tell_records_apart_in_bulk(tickets: Client) -> None:
    many = (
        "mutation($data: [TicketCreateInput!]!) "
        "{createTickets(data: $data, onConflict: {fields: [EVENT_ID, HOLDER]}) {id row holder}}"
    )
    event = (await tickets.data('mutation {createEvent(data: {name: "Tea"}) {id}}'))["createEvent"]["id"]
    data = [{"row": "A", "holder": "Alice", "eventId": event}, {"row": "B", "holder": "Hare", "eventId": event}]

    first = (await tickets.data(many, data=data))["createTickets"]
    moved = [{**data[1], "row": "C"}, {"row": "D", "holder": "Alice"}, {**data[0], "row": "E"}]
    second = (await tickets.data(many, data=moved))["createTickets"]

    assert [each["row"] for each in second] == ["C", "D", "E"]
    assert (second[0]["id"], second[2]["id"]) == (first[1]["id"], first[0]["id"])
    twice = await tickets.error(many, data=[data[0], data[0]])
    assert "data[1].eventId: it has the same value as data[0].eventId." in twice["message"]


async def test_fields_that_are_not_unique_together_are_refused(api: DataApi, tickets: Client) -> None:
    for fields in ("[ROW]", "[ROW, SEAT, HOLDER]", "[ROW, HOLDER]", "[]", "[ROW, ROW]"):
        error = await tickets.error(
            f'mutation {{createTicket(data: {{row: "A", seat: 1}}, onConflict: {{fields: {fields}}}) {{id}}}}'
        )
        assert error["code"] == "BAD_USER_INPUT"
        assert "onConflict.fields" in error["message"]
    partial = unique("row", "seat", where={"holder": {"is": "NULL"}})
    client = Client(api, await api.workspace([*TICKET, partial]))
    assert (await client.error(ONE, data={"row": "A", "seat": 1}))["code"] == "BAD_USER_INPUT"


async def test_an_index_that_is_not_built_yet_is_told(api: DataApi) -> None:
    client = await Client(api, await api.workspace(TICKET)).change(unique("row", "seat"))

    error = await client.error(ONE, data={"row": "A", "seat": 1})

    assert error["code"] == "CONFLICT"
    assert "not built yet" in error["message"]
