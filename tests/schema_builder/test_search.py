"""Records are found by what stands in them, whatever the object, and those that fit best come first."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armature.metadata.changes import (
    CreateField,
    CreateObject,
    CreateRole,
    NewField,
    SetFieldPermission,
    SetObjectPermission,
    UpdateField,
)
from armature.migrations.workspace.change import change_workspace
from armature.schema_builder.compile.read_search import MAX_OBJECTS
from armature.schema_builder.compile.websearch import MAX_TEXT
from tests.support.data_api import Client, DataApi
from tests.support.oracle.search import is_found, plain
from tests.support.small_crm import ALICE

CONTACT = CreateObject(
    name_singular="contact",
    fields=(
        NewField(name="name", type="FULL_NAME"),
        NewField(name="emails", type="EMAILS"),
        NewField(name="phones", type="PHONES"),
        NewField(name="links", type="LINKS"),
        NewField(name="address", type="ADDRESS"),
        NewField(name="about", type="RICH_TEXT"),
        NewField(name="tags", type="ARRAY"),
        NewField(name="secret", type="TEXT", settings={"isSearchable": False}),
        NewField(name="number", type="AUTO_NUMBER", settings={"isSearchable": True, "start": 7001}),
    ),
)
ADA: Mapping[str, Any] = {
    "name": {"firstName": "Ada", "lastName": "Lovelace"},
    "emails": {"primaryEmail": "ada@example.com", "additionalEmails": ["countess@byron.example"]},
    "phones": {"primaryPhoneNumber": "+41446681800", "additionalPhones": [{"number": "+14155552671"}]},
    "links": {
        "primaryLinkUrl": "https://engine.example/notes",
        "secondaryLinks": [{"label": "Sketch of", "url": "https://menabrea.example"}],
    },
    "address": {"street1": "12 St James's Square", "city": "Gen\u00e8ve"},
    "about": {"markdown": "# First *programmer*"},
    "tags": ["mathematics", "po\u00ebtry"],
    "secret": "gambling",
}

NAME = "{search(text: $text) {record {... on Contact {name {lastName}}}}}"


@pytest.fixture
async def contacts(api: DataApi) -> Client:
    client = Client(api, await api.workspace([CONTACT]))
    await client.data("mutation ($data: ContactCreateInput!) {createContact(data: $data) {id}}", data=ADA)
    return client


async def test_deleted_records_are_found_where_they_are_asked_for(contacts: Client) -> None:
    await contacts.data("mutation {deleteContacts(filter: {}) {count}}")
    query = """query ($with: Boolean) {
      search(text: "ada", withDeleted: $with) {score record {... on Contact {name {lastName} deletedAt}}}}"""

    for without in (None, False):
        assert await contacts.data(query, **{"with": without}) == {"search": []}
    (found,) = (await contacts.data(query, **{"with": True}))["search"]
    assert found["record"]["name"] == {"lastName": "Lovelace"}
    assert found["record"]["deletedAt"] is not None


async def finds(client: Client, text: str) -> bool:
    return bool((await client.data(f"query ($text: String!) {NAME}", text=text))["search"])


@pytest.mark.parametrize(
    "text",
    [
        "ada",
        "ADA",
        "love",
        "velac",
        "lovelace ada",
        '"ada lovelace"',
        "example.com",
        "@byron",
        "+41 44 668 18 00",
        "044 668 18 00",
        "6681800",
        "(415) 555-2671",
        "engine.example",
        "menabrea",
        "sketch",
        "geneve",
        "GEN\u00c8VE",
        "gene\u0300ve",
        "james's",
        "programmer",
        "mathematics poetry",
        "7001",
        "nobody or ada",
        "ada -charles",
    ],
)
async def test_it_is_found_by(contacts: Client, text: str) -> None:
    assert await finds(contacts, text)


@pytest.mark.parametrize(
    "text", ["gambling", "charles", "ada charles", "ada -lovelace", '"love ada"', "", "...", "null", "label", "da"]
)
async def test_it_is_not_found_by(contacts: Client, text: str) -> None:
    assert not await finds(contacts, text)


async def names(client: Client, text: str, **given: Any) -> list[str]:
    found = await client.data(
        "query ($text: String!, $objects: [String!], $filter: SearchFilterInput) "
        "{search(text: $text, objects: $objects, filter: $filter) {record {... on Company {name} "
        "... on Person {name: firstName} ... on Note {name: title} ... on Opportunity {name} "
        "... on Task {name: title}}}}",
        text=text,
        **given,
    )
    return [each["record"]["name"] for each in found["search"]]


async def test_what_is_called_so_comes_before_what_has_it_elsewhere(own_crm: Client) -> None:
    await own_crm.data(
        'mutation {createCompanies(data: [{name: "Teahouse Oxford"}, {name: "Oxford"}, {name: "Roxford"}, '
        '{name: "Oxfordshire"}]) {id}}'
    )

    assert await names(own_crm, "oxford", objects=["company", "person"]) == [
        "Oxford",
        "Teahouse Oxford",
        "Oxfordshire",
        "Roxford",
        "Alice",
        "cheshire_cats",
    ]


async def test_the_score_of_what_is_called_just_so_is_one(crm: Client) -> None:
    found = await crm.data('{search(text: "alice liddell") {score record {__typename ... on Person {id}}}}')

    assert found["search"] == [{"score": 1.0, "record": {"__typename": "Person", "id": str(ALICE)}}]


async def test_some_objects_can_be_named_and_narrowed(crm: Client) -> None:
    assert await names(crm, "zurich") == ["Mad", "Acme"]
    assert await names(crm, "zurich", objects=["company"]) == ["Acme"]
    assert await names(crm, "zurich", filter={"person": {"company": {"name": {"eq": "Acme"}}}}) == ["Acme"]


async def test_deleted_records_are_not_found(crm: Client) -> None:
    assert await names(crm, "gone") == []


async def test_pages_go_on_from_a_cursor(own_crm: Client) -> None:
    data = [{"name": f"Page {each % 3} of {each}"} for each in range(25)]
    await own_crm.data("mutation ($data: [CompanyCreateInput!]!) {createCompanies(data: $data) {id}}", data=data)
    page_after = 'search(text: "page", limit: 4, after: $after)'
    query = f"query ($after: String) {{{page_after} {{score cursor record {{... on Company {{name}}}}}}}}"
    found: list[str] = []
    after = None
    while page := (await own_crm.data(query, after=after))["search"]:
        found += [each["record"]["name"] for each in page]
        after = page[-1]["cursor"]

    assert sorted(found) == sorted(each["name"] for each in data)


async def test_a_filter_searches_a_record_or_one_of_its_values(crm: Client) -> None:
    found = await crm.data(
        '{whole: people(filter: {searchVector: {search: "oxford alice"}}) {firstName} '
        'one: people(filter: {city: {search: "oxford alice"}}) {firstName} '
        'through: people(filter: {company: {searchVector: {search: "acme.com"}}}) {firstName} '
        'none: companies(filter: {people: {none: {searchVector: {search: "hatter or liddell"}}}}) {name}}'
    )

    assert found == {
        "whole": [{"firstName": "Alice"}],
        "one": [],
        "through": [{"firstName": "Alice"}],
        "none": [{"name": "cheshire_cats"}],
    }


async def test_what_stops_being_searchable_is_not_found_any_more(api: DataApi, own_crm: Client) -> None:
    assert await names(own_crm, "zurich") == ["Mad", "Acme"]
    change = UpdateField(object="person", field="city", settings={"isSearchable": False})
    after = await change_workspace(api.db, own_crm.snapshot.workspace_id, [change])
    api.workspaces.put(after)

    assert await names(Client(api, after), "zurich") == ["Acme"]


async def test_a_new_field_is_searched_at_once(api: DataApi, own_crm: Client) -> None:
    change = CreateField(object="company", field=NewField(name="motto", type="TEXT", default_value="Mind the gap"))
    after = await change_workspace(api.db, own_crm.snapshot.workspace_id, [change])
    api.workspaces.put(after)

    assert sorted(await names(Client(api, after), "the gap acme")) == ["Acme"]


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ('{search(text: "a", objects: ["persn"]) {score}}', "objects", "There is no object"),
        ('{search(text: "a", objects: []) {score}}', "objects", "names none"),
        ('{search(text: "a", after: "x") {score}}', "after", "not a cursor"),
        ("{people(filter: {searchVector: {search: null}}) {id}}", "searchVector.search", "null"),
        (f'{{search(text: "{"x" * (MAX_TEXT + 1)}") {{score}}}}', "text", "1,001 characters"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(crm: Client, query: str, field: str, message: str) -> None:
    error = await crm.error(query)

    assert error["field"] == field
    assert message in error["message"]


async def test_a_cursor_of_other_objects_is_refused(crm: Client) -> None:
    (found,) = (await crm.data('{search(text: "zurich", objects: ["person"]) {cursor}}'))["search"]

    error = await crm.error(f'{{search(text: "zurich", after: "{found["cursor"]}") {{score}}}}')

    assert "search of other objects" in error["message"]


async def test_the_search_vector_is_filtered_by_and_no_more(crm: Client) -> None:
    for query in (
        "{people {searchVector}}",
        "{people(orderBy: {searchVector: ASC}) {id}}",
        'mutation {createPerson(data: {searchVector: "x"}) {id}}',
    ):
        assert "errors" in await crm.ask(query)


async def test_without_anything_to_search_there_is_no_search(api: DataApi) -> None:
    client = Client(api, await api.workspace([CreateObject(name_singular="count", name_plural="counts")]))

    assert "errors" in await client.ask('{search(text: "a") {score}}')
    assert await client.data('{__type(name: "SearchRecord") {name}}') == {"__type": None}


ALPHABET = st.sampled_from("aAb\u00e9\u00df %_\\\"'-+.@0or\u6771\u4eac\u0301\uff05")


@pytest.fixture
async def things(api: DataApi) -> Client:
    thing = CreateObject(name_singular="thing", fields=(NewField(name="name", type="TEXT"),))
    return Client(api, await api.workspace([thing]))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, derandomize=True)
@given(held=st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=4), text=st.text(ALPHABET, max_size=20))
async def test_whatever_is_sought_is_found_where_it_is(things: Client, held: Sequence[str], text: str) -> None:
    data = [{"name": each} for each in held]
    await things.data("mutation {destroyThings(filter: {}) {count}}")
    await things.data("mutation ($data: [ThingCreateInput!]!) {createThings(data: $data) {id}}", data=data)

    found = await things.data("query ($text: String!) {search(text: $text) {record {... on Thing {name}}}}", text=text)

    wanted = [each for each in held if is_found(text, plain(f" {each} "))]
    assert sorted(each["record"]["name"] for each in found["search"]) == sorted(wanted)


async def test_a_role_finds_what_it_sees(own_crm: Client) -> None:
    clerk = (
        await own_crm.change(
            CreateRole(name="clerk"),
            SetObjectPermission(role="clerk", object="company", rights=("READ",), read_rule={"name": {"neq": "Acme"}}),
            SetObjectPermission(role="clerk", object="person", rights=("READ",)),
            SetFieldPermission(role="clerk", object="person", field="city", may_read=False),
        )
    ).acting_as("clerk")

    found = await clerk.data(
        '{zurich: search(text: "zurich") {score} mad: search(text: "mad") {record {... on Person {firstName}}} '
        'cats: search(text: "oxford") {record {__typename}} people(filter: {searchVector: {search: "oxford"}}) {id} '
        '__type(name: "SearchRecord") {possibleTypes {name}}}'
    )

    assert found == {
        "zurich": [],
        "mad": [{"record": {"firstName": "Mad"}}],
        "cats": [{"record": {"__typename": "Company"}}],
        "people": [],
        "__type": {"possibleTypes": [{"name": "Company"}, {"name": "Person"}]},
    }


@pytest.mark.parametrize("hidden", ["", "here there", "else"])
async def test_no_phrase_tells_what_is_hidden_between_its_words(api: DataApi, hidden: str) -> None:
    """Else whoever may write what stands around it could ask for it piece by piece."""
    texts = tuple(NewField(name=each, type="TEXT") for each in ("before", "hidden", "after"))
    client = Client(api, await api.workspace([CreateObject(name_singular="thing", fields=texts)]))
    data = {"before": "here", "hidden": hidden, "after": "there"}
    await client.data("mutation ($data: ThingCreateInput!) {createThing(data: $data) {id}}", data=data)
    clerk = (
        await client.change(
            CreateRole(name="clerk"),
            SetObjectPermission(role="clerk", object="thing", rights=("READ",)),
            SetFieldPermission(role="clerk", object="thing", field="hidden", may_read=False),
        )
    ).acting_as("clerk")

    found = await clerk.data(
        '{phrase: search(text: "\\"here there\\"") {score} words: search(text: "here there") {score}}'
    )

    assert found["phrase"] == []
    assert len(found["words"]) == 1


async def test_who_may_only_count_finds_nothing(own_crm: Client) -> None:
    clerk = (
        await own_crm.change(
            CreateRole(name="clerk"),
            SetObjectPermission(role="clerk", object="company", rights=("AGGREGATE",)),
        )
    ).acting_as("clerk")

    assert "errors" in await clerk.ask('{search(text: "acme") {score}}')


async def test_row_rules_and_rollups_may_search(own_crm: Client) -> None:
    rollup = {"relation": "people", "aggregate": "COUNT", "filter": {"lastName": {"search": "HAT or lidd"}}}
    client = await own_crm.change(
        CreateField(object="company", field=NewField(name="matches", type="ROLLUP", settings=rollup)),
        CreateRole(name="clerk"),
        SetObjectPermission(
            role="clerk", object="company", rights=("READ",), read_rule={"searchVector": {"search": "acme or teapot"}}
        ),
    )

    found = await client.data("{companies(orderBy: [{name: ASC}]) {name matches}}")
    seen = await client.acting_as("clerk").data(
        '{companies {name} search(text: "oxford or acme") {record {... on Company {name}}}}'
    )

    assert found["companies"] == [
        {"name": "Acme", "matches": 1},
        {"name": "Teapot 100%", "matches": 1},
        {"name": "cheshire_cats", "matches": 0},
    ]
    assert seen["companies"] == [{"name": "Acme"}, {"name": "Teapot 100%"}]
    assert seen["search"] == [{"record": {"name": "Acme"}}]


async def test_too_many_objects_at_once_are_refused(api: DataApi) -> None:
    letters = [f"{one}{two}" for one in "abcdefgh" for two in "abcdefg"][: MAX_OBJECTS + 1]
    title = (NewField(name="title", type="TEXT"),)
    client = Client(api, await api.workspace([CreateObject(name_singular=f"thing{x}", fields=title) for x in letters]))

    error = await client.error('{search(text: "a") {score}}')

    assert (error["code"], error["field"]) == ("LIMIT_EXCEEDED", "objects")
    assert await client.data('{search(text: "a", objects: ["thingaa"]) {score}}') == {"search": []}
