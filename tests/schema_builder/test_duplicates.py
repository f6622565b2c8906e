"""Records that are as good as the same are found by criteria that their object declares."""

from typing import Any

import pytest

from armature.metadata.changes import (
    CreateObject,
    CreateRole,
    DeleteField,
    NewField,
    NewRelation,
    RestoreField,
    SetFieldPermission,
    SetObjectPermission,
    UpdateField,
    UpdateObject,
)
from tests.support.data_api import Client, DataApi
from tests.support.small_crm import ACME, GONE, HATTER

CONTACT = CreateObject(
    name_singular="contact",
    duplicate_criteria=(("name.firstName", "name.lastName", "number"), ("emails.primaryEmail",), ("phone",), ("boss",)),
    fields=(
        NewField(name="name", type="FULL_NAME"),
        NewField(name="number", type="NUMBER"),
        NewField(name="emails", type="EMAILS"),
        NewField(name="phone", type="PHONE", settings={"defaultCountry": "CH"}),
        NewField(name="boss", type="RELATION", relation=NewRelation(type="MANY_TO_ONE", target="contact")),
    ),
)
ADA: dict[str, Any] = {
    "name": {"firstName": "Ada", "lastName": "Lovelace"},
    "number": 1,
    "emails": {"primaryEmail": "ada@example.com"},
    "phone": "+41446681800",
}


@pytest.fixture
async def contacts(api: DataApi) -> Client:
    client = Client(api, await api.workspace([CONTACT]))
    await create(client, ADA)
    return client


async def create(client: Client, data: dict[str, Any]) -> str:
    query = "mutation ($data: ContactCreateInput!) {createContact(data: $data) {id}}"
    return str((await client.data(query, data=data))["createContact"]["id"])


async def of_data(client: Client, data: dict[str, Any]) -> int:
    query = "query ($data: ContactCreateInput) {contactDuplicates(data: $data) {id}}"
    return len((await client.data(query, data=data))["contactDuplicates"])


@pytest.mark.parametrize(
    "data",
    [
        {"name": {"firstName": " ÀDA", "lastName": "love lace"}, "number": 1},
        {"emails": {"primaryEmail": "Ada@Example.com"}},
        {"phone": "044 668 18 00"},
        {"name": {"firstName": "Charles"}, "phone": "+41446681800"},
    ],
)
async def test_what_is_alike_by_one_criterion_is_a_duplicate(contacts: Client, data: dict[str, Any]) -> None:
    assert await of_data(contacts, data) == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": {"firstName": "Ada", "lastName": "Lovelace"}},
        {"name": {"firstName": "Ada", "lastName": "Lovelace"}, "number": 2},
        {"name": {"firstName": "Ada", "lastName": "Lovelaces"}, "number": 1},
        {"name": {"firstName": "Ada", "lastName": None}, "number": 1},
        {"emails": {"primaryEmail": None}, "phone": None},
        {"emails": {"additionalEmails": ["ada@example.com"]}},
        {"phone": "not a number"},
    ],
)
async def test_what_lacks_a_value_or_has_another_is_none(contacts: Client, data: dict[str, Any]) -> None:
    assert await of_data(contacts, data) == 0


async def test_a_record_has_duplicates_but_is_none_of_its_own(contacts: Client) -> None:
    twin = await create(contacts, {"emails": {"primaryEmail": "ADA@example.com"}})
    other = await create(contacts, {"name": {"firstName": "Nobody"}})
    query = "query ($id: ID) {contactDuplicates(id: $id) {name {firstName}}}"

    assert (await contacts.data(query, id=twin))["contactDuplicates"] == [{"name": {"firstName": "Ada"}}]
    assert (await contacts.data(query, id=other))["contactDuplicates"] == []


async def test_records_with_the_same_target_can_be_duplicates(contacts: Client) -> None:
    boss = await create(contacts, {})
    first, _ = [await create(contacts, {"boss": {"connect": {"id": boss}}}) for _ in range(2)]

    found = await contacts.data("query ($id: ID) {contactDuplicates(id: $id, limit: 5) {id}}", id=first)

    assert len(found["contactDuplicates"]) == 1
    assert await of_data(contacts, {"bossId": boss}) == 2


async def test_deleted_records_are_and_have_no_duplicates(own_crm: Client) -> None:
    await own_crm.data('mutation {createCompanies(data: [{name: "gone"}, {name: "ACME"}]) {id}}')

    found = await own_crm.data(
        f'{{data: companyDuplicates(data: {{name: "Gone"}}) {{name}} id: companyDuplicates(id: "{GONE}") {{name}} '
        f'acme: companyDuplicates(id: "{ACME}") {{name}}}}'
    )

    assert found == {"data": [{"name": "gone"}], "id": [], "acme": [{"name": "ACME"}]}


async def test_blank_values_are_alike_to_none(own_crm: Client) -> None:
    await own_crm.data('mutation {createPeople(data: [{firstName: " "}, {firstName: ""}]) {id}}')

    assert await own_crm.data('{personDuplicates(data: {firstName: "", lastName: ""}) {id}}') == {
        "personDuplicates": []
    }


async def test_the_record_or_its_data_must_be_given(crm: Client) -> None:
    for given in ("", f'(id: "{HATTER}", data: {{firstName: "x"}})', "(id: null)"):
        error = await crm.error(f"{{personDuplicates{given} {{id}}}}")
        assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "id")


async def test_criteria_follow_their_fields(own_crm: Client) -> None:
    query = '{companyDuplicates(data: {%s: "acme.COM"}) {name}}'
    renamed = await own_crm.change(UpdateField(object="company", field="domainName", name="website"))
    assert await renamed.data(query % "website") == {"companyDuplicates": [{"name": "Acme"}]}

    deleted = await renamed.change(DeleteField(object="company", field="website"))
    assert await deleted.data('{companyDuplicates(data: {name: "ac me"}) {name}}') == {
        "companyDuplicates": [{"name": "Acme"}]
    }

    restored = await deleted.change(RestoreField(object="company", field="website"))
    assert await restored.data(query % "website") == {"companyDuplicates": [{"name": "Acme"}]}


async def test_without_criteria_there_is_no_such_field(own_crm: Client) -> None:
    none = await own_crm.change(UpdateObject(object="company", duplicate_criteria=()))

    assert "errors" in await none.ask(f'{{companyDuplicates(id: "{ACME}") {{id}}}}')


async def test_a_role_learns_nothing_of_what_it_does_not_see(own_crm: Client) -> None:
    await own_crm.data('mutation {createCompany(data: {name: "Other", domainName: "acme.example"}) {id}}')
    clerk = (
        await own_crm.change(
            CreateRole(name="clerk"),
            SetObjectPermission(
                role="clerk", object="company", rights=("READ", "CREATE"), read_rule={"name": {"neq": "Acme"}}
            ),
            SetFieldPermission(role="clerk", object="company", field="domainName", may_read=False),
        )
    ).acting_as("clerk")

    assert await clerk.data('{companyDuplicates(data: {name: "acme"}) {id}}') == {"companyDuplicates": []}
    assert await clerk.data(f'{{companyDuplicates(id: "{ACME}") {{id}}}}') == {"companyDuplicates": []}
    assert len((await clerk.data('{companyDuplicates(data: {name: "OTHER"}) {id}}'))["companyDuplicates"]) == 1
    assert "errors" in await clerk.ask('{companyDuplicates(data: {domainName: "acme.example"}) {id}}')


async def test_what_is_like_a_hidden_record_is_not_told(own_crm: Client) -> None:
    await own_crm.data('mutation {createCompany(data: {name: "ACME"}) {id}}')
    hidden = SetObjectPermission(
        role="clerk", object="company", rights=("READ", "CREATE"), read_rule={"id": {"neq": str(ACME)}}
    )
    clerk = (await own_crm.change(CreateRole(name="clerk"), hidden)).acting_as("clerk")

    query = f'{{companyDuplicates(id: "{ACME}") {{name}}}}'
    assert await own_crm.data(query) == {"companyDuplicates": [{"name": "ACME"}]}
    assert await clerk.data(query) == {"companyDuplicates": []}
    assert await clerk.data('{companyDuplicates(data: {name: "acme"}) {name}}') == {
        "companyDuplicates": [{"name": "ACME"}]
    }
