"""Records written with others, at any depth: created, connected, disconnected, set and changed; all or none."""

from typing import Any

import pytest

from armature.core.settings import Settings
from armature.metadata.changes import CreateField, CreateObject, NewField, NewRelation
from tests.schema_builder.conftest import add_crm, add_library
from tests.support.data_api import Client, DataApi, data_api
from tests.support.small_crm import ACME, ALICE, GONE, GONE_PERSON, HARE, HATTER, MINUTES, TEAPOT
from tests.support.small_library import BYRON, LOST_BOOK, PERCY

COUNTS = (
    "{c: companies(limit: 1000) {id} p: people(limit: 1000) {id} n: notes(limit: 1000) {id} t: tasks(limit: 1000) {id}}"
)
CREATE = "mutation($data: CompanyCreateInput!) {createCompany(data: $data) {name people {firstName notes {title}}}}"
UPDATE = (
    f'mutation($data: CompanyUpdateInput!) {{updateCompany(id: "{TEAPOT}", data: $data) '
    "{name people {firstName companyId notes {title}}}}"
)


def names(company: Any) -> list[str]:
    return [each["firstName"] for each in company["people"]]


# Created with


async def test_records_are_created_at_any_depth_and_shown(own_crm: Client) -> None:
    data = {
        "name": "New",
        "people": {
            "create": [
                {"firstName": "One", "notes": {"create": [{"title": "a"}, {"title": "b", "tasks": None}][:1]}},
                {"firstName": "Two", "notes": {"create": {"title": "c", "opportunity": {"create": {"name": "deal"}}}}},
            ]
        },
    }

    found = (await own_crm.data(CREATE, data=data))["createCompany"]
    deal = await own_crm.data('{opportunities(filter: {name: {eq: "deal"}}) {notes {title person {company {name}}}}}')

    assert found == {
        "name": "New",
        "people": [
            {"firstName": "One", "notes": [{"title": "a"}]},
            {"firstName": "Two", "notes": [{"title": "c"}]},
        ],
    }
    assert deal["opportunities"] == [{"notes": [{"title": "c", "person": {"company": {"name": "New"}}}]}]


async def test_a_to_one_relation_may_be_to_a_new_record(own_crm: Client) -> None:
    company = f'company: {{create: {{name: "New", people: {{connect: [{{id: "{HARE}"}}]}}}}}}'
    found = await own_crm.data(
        f'mutation {{createPerson(data: {{firstName: "One", {company}}}) {{company {{name people {{firstName}}}}}} '
        f'updatePerson(id: "{HATTER}", data: {{company: {{create: {{name: "Newer"}}}}}}) {{company {{name}}}} '
        'updatePeople(filter: {firstName: {in: ["One", "Alice"]}}, data: {company: {create: {name: "Newest"}}}) '
        "{records {firstName company {name}}}}"
    )

    people = [{"firstName": "March"}, {"firstName": "One"}]
    assert sorted(found["createPerson"]["company"]["people"], key=str) == people
    assert found["updatePerson"] == {"company": {"name": "Newer"}}
    assert found["updatePeople"]["records"] == [
        {"firstName": "Alice", "company": {"name": "Newest"}},
        {"firstName": "One", "company": {"name": "Newest"}},
    ]
    newest = await own_crm.data('{companies(filter: {name: {eq: "Newest"}}) {id}}')
    assert len(newest["companies"]) == 1


async def test_many_records_bring_others_with_them(own_crm: Client) -> None:
    data = [
        {"firstName": "a", "company": {"create": {"name": "A", "people": {"create": [{"firstName": "a2"}]}}}},
        {"firstName": "b", "company": {"connect": {"where": {"domainName": "acme.com"}}}},
        {"firstName": "c", "notes": {"create": [{"title": "1"}, {"title": "2"}]}},
        {"firstName": "d"},
    ]

    found = await own_crm.data(
        "mutation($data: [PersonCreateInput!]!) "
        "{createPeople(data: $data) {firstName company {name people {firstName}} notes {title}}}",
        data=data,
    )

    rows = found["createPeople"]
    assert [each["firstName"] for each in rows] == ["a", "b", "c", "d"]
    assert sorted(names(rows[0]["company"])) == ["a", "a2"]
    assert rows[1]["company"]["name"] == "Acme"
    assert rows[2]["notes"] == [{"title": "1"}, {"title": "2"}]
    assert rows[3] == {"firstName": "d", "company": None, "notes": []}


async def test_a_new_record_takes_others_over(own_crm: Client) -> None:
    data = {"name": "New", "people": {"connect": [{"id": str(ALICE)}, {"id": str(HATTER)}]}}

    found = await own_crm.data(CREATE, data=data)
    set_found = await own_crm.data(CREATE, data={"people": {"set": {"id": str(ALICE)}}})

    assert names(found["createCompany"]) == ["Alice", "Mad"]
    assert names(set_found["createCompany"]) == ["Alice"]


# Changed with


async def test_those_that_refer_to_a_record_are_connected_and_disconnected(own_crm: Client) -> None:
    connected = await own_crm.data(UPDATE, data={"people": {"connect": [{"id": str(ALICE)}]}})
    mixed = {"disconnect": [{"id": str(ALICE)}, {"id": str(HARE)}], "create": [{"firstName": "New"}]}
    disconnected = await own_crm.data(UPDATE, data={"people": mixed})

    assert names(connected["updateCompany"]) == ["Alice", "Mad", "March"]
    assert names(disconnected["updateCompany"]) == ["Mad", "New"]


async def test_set_leaves_these_and_no_others(own_crm: Client) -> None:
    was = await own_crm.data(f'{{person(id: "{HARE}") {{updatedAt}}}}')

    found = await own_crm.data(UPDATE, data={"people": {"set": [{"id": str(ALICE)}, {"id": str(HARE)}]}})
    after = await own_crm.data(f'{{person(id: "{HARE}") {{updatedAt}} p: person(id: "{HATTER}") {{companyId}}}}')
    nobody = await own_crm.data(UPDATE, data={"people": {"set": []}})

    assert names(found["updateCompany"]) == ["Alice", "March"]
    assert after == {**was, "p": {"companyId": None}}
    assert names(nobody["updateCompany"]) == []


async def test_those_that_refer_to_a_record_are_changed_at_depth(own_crm: Client) -> None:
    data = {
        "name": "Changed",
        "people": {
            "update": [
                {"id": str(HATTER), "data": {"firstName": "Sane", "notes": {"create": [{"title": "new"}]}}},
                {"where": {"id": str(HARE)}, "data": {"notes": {"connect": [{"id": str(MINUTES)}]}, "city": None}},
            ]
        },
    }

    found = (await own_crm.data(UPDATE, data=data))["updateCompany"]

    assert found["name"] == "Changed"
    assert [(each["firstName"], each["notes"]) for each in found["people"]] == [
        ("Sane", [{"title": "new"}]),
        ("March", [{"title": "Minutes"}]),
    ]


async def test_a_nested_change_may_move_the_record_itself(own_crm: Client) -> None:
    data = {"people": {"update": [{"id": str(HARE), "data": {"company": {"create": {"name": "New"}}}}]}}

    found = await own_crm.data(UPDATE, data=data)
    moved = await own_crm.data(f'{{person(id: "{HARE}") {{company {{name}}}}}}')

    assert names(found["updateCompany"]) == ["Mad"]
    assert moved["person"]["company"]["name"] == "New"


# One-to-one and self relations


async def test_either_end_of_a_one_to_one_relation_may_be_written(api: DataApi) -> None:
    relation = NewRelation(type="ONE_TO_ONE", target="person", inverse_name="desk")
    name = NewField(name="name", type="TEXT")
    snapshot = await api.workspace(
        [
            CreateObject(name_singular="person", name_plural="people", fields=(name,)),
            CreateObject(name_singular="desk", name_plural="desks", fields=(name,)),
            CreateField(object="desk", field=NewField(name="owner", type="RELATION", relation=relation)),
        ]
    )
    client = Client(api, snapshot)
    query = "mutation($id: ID!, $data: PersonUpdateInput!) {updatePerson(id: $id, data: $data) {desk {name}}}"
    made = await client.data(
        'mutation {createPerson(data: {name: "a", desk: {create: {name: "x"}}}) {id desk {id name owner {name}}} '
        'createPeople(data: [{name: "b", desk: {create: {name: "y"}}}]) {desk {id}}}'
    )
    a, y = made["createPerson"]["id"], made["createPeople"][0]["desk"]["id"]

    assert made["createPerson"]["desk"] == {**made["createPerson"]["desk"], "name": "x", "owner": {"name": "a"}}
    for data, shown in (
        ({"connect": {"id": y}}, {"name": "y"}),
        ({"create": {"name": "z"}}, {"name": "z"}),
        ({"disconnect": True}, None),
    ):
        assert await client.data(query, id=a, data={"desk": data}) == {"updatePerson": {"desk": shown}}
    ownerless = await client.data("{desks(filter: {ownerId: {is: NULL}}, orderBy: {name: ASC}) {name}}")
    assert ownerless == {"desks": [{"name": "x"}, {"name": "y"}, {"name": "z"}]}


async def test_a_tree_of_one_object_is_made_at_once(api: DataApi) -> None:
    relation = NewRelation(type="MANY_TO_ONE", target="node", inverse_name="children")
    snapshot = await api.workspace(
        [
            CreateObject(name_singular="node", fields=(NewField(name="name", type="TEXT"),)),
            CreateField(object="node", field=NewField(name="parent", type="RELATION", relation=relation)),
        ]
    )
    tree = {
        "name": "b",
        "parent": {"create": {"name": "a", "children": {"create": [{"name": "c"}]}}},
        "children": {"create": [{"name": "d", "children": {"create": [{"name": "e"}]}}]},
    }

    await Client(api, snapshot).data("mutation($data: NodeCreateInput!) {createNode(data: $data) {id}}", data=tree)
    found = await Client(api, snapshot).data("{nodes(orderBy: {name: ASC}) {name parent {name}}}")

    assert [(each["name"], each["parent"] and each["parent"]["name"]) for each in found["nodes"]] == [
        ("a", None),
        ("b", "a"),
        ("c", "a"),
        ("d", "b"),
        ("e", "d"),
    ]


# What can't be done


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        ({"people": {"create": [{}, {"firstName": None}]}}, "people.create.1.firstName", "BAD_USER_INPUT"),
        ({"people": {"create": [{}, {"companyId": str(ACME)}]}}, "people.create.1.companyId", "BAD_USER_INPUT"),
        ({"people": {"connect": [{"id": str(GONE_PERSON)}]}}, "people.connect.0", "BAD_USER_INPUT"),
        ({"people": {"connect": [{"id": str(HARE)}, {"id": str(HARE)}]}}, "people.connect.1", "BAD_USER_INPUT"),
        ({"people": {"disconnect": [{"id": str(ALICE)}]}}, "people.disconnect.0", "BAD_USER_INPUT"),
        ({"people": {"set": [], "connect": [{"id": str(ALICE)}]}}, "people.set", "BAD_USER_INPUT"),
        ({"people": None}, "people", "BAD_USER_INPUT"),
        ({"people": {"update": [{"id": str(ALICE), "data": {"city": "x"}}]}}, "people.update.0", "BAD_USER_INPUT"),
        ({"people": {"update": [{"data": {"city": "x"}}]}}, "people.update.0", "BAD_USER_INPUT"),
        (
            {"people": {"update": [{"id": str(HARE), "data": {"firstName": None}}]}},
            "people.update.0.data.firstName",
            "BAD_USER_INPUT",
        ),
        (
            {"people": {"create": [{"firstName": "x", "company": {"create": {}}}]}},
            "people.create.0.company",
            "BAD_USER_INPUT",
        ),
        (
            {"people": {"create": [{"notes": {"create": [{"opportunity": {"connect": {"id": str(ACME)}}}]}}]}},
            "people.create.0.notes.create.0.opportunity",
            "BAD_USER_INPUT",
        ),
        (
            {"opportunities": {"create": [{"probability": "1"}, {"probability": "1.005"}]}},
            "opportunities.create.1.probability",
            "BAD_USER_INPUT",
        ),
        ({"people": {"create": [{}, {"id": str(ALICE)}]}}, "people.create.1.id", "CONFLICT"),
    ],
)
async def test_what_is_wrong_is_told_with_its_path_and_nothing_is_written(
    own_crm: Client, data: Any, path: str, code: str
) -> None:
    before = await own_crm.data(COUNTS)

    error = await own_crm.error(UPDATE, data={"name": "x", **data})

    assert (error["code"], ".".join(map(str, error["inputPath"]))) == (code, f"data.{path}")
    assert error["path"] == ["updateCompany"]
    assert await own_crm.data(COUNTS) == before
    assert (await own_crm.data(f'{{company(id: "{TEAPOT}") {{name}}}}'))["company"]["name"] == "Teapot 100%"


@pytest.mark.parametrize("what", ["disconnect", "update"])
async def test_a_new_record_has_nothing_to_change_or_disconnect(own_crm: Client, what: str) -> None:
    given: Any = {"id": str(ALICE)} if what == "disconnect" else {"id": str(ALICE), "data": {}}

    error = await own_crm.error(CREATE, data={"people": {what: [given]}})

    assert (error["code"], error["inputPath"]) == ("BAD_USER_INPUT", ["data", "people", what])


async def test_unique_values_at_depth_are_told_with_their_path(own_crm: Client) -> None:
    data = {"company": {"create": {"domainName": "acme.com"}}}
    error = await own_crm.error(
        "mutation($data: [PersonCreateInput!]!) {createPeople(data: $data) {id}}", data=[{}, data]
    )

    assert (error["code"], error["inputPath"]) == ("CONFLICT", ["data", 1, "company", "create", "domainName"])
    assert error["message"].startswith("data[1].company.create.domainName: another Company")


async def test_many_records_at_once_get_no_others(own_crm: Client) -> None:
    error = await own_crm.error(
        f'mutation {{updateCompanies(filter: {{}}, data: {{people: {{connect: [{{id: "{ALICE}"}}]}}}}) {{count}}}}'
    )

    assert (error["code"], error["inputPath"]) == ("BAD_USER_INPUT", ["data", "people"])


@pytest.mark.parametrize("nested", ["company: {create: {}}", "notes: {create: [{}]}"])
async def test_nothing_is_nested_in_what_may_be_there(own_crm: Client, nested: str) -> None:
    single = await own_crm.error(f"mutation {{createPerson(data: {{{nested}}}, onConflict: {{fields: ID}}) {{id}}}}")
    many = await own_crm.error(f"mutation {{createPeople(data: {{{nested}}}, onConflict: {{fields: ID}}) {{id}}}}")

    name = nested.partition(":")[0]
    assert (single["inputPath"], many["inputPath"]) == (["data", name], ["data", 0, name])


async def test_required_relations_are_not_emptied(api: DataApi) -> None:
    relation = NewRelation(type="MANY_TO_ONE", target="person", inverse_name="dogs", on_delete="CASCADE")
    owner = NewField(name="owner", type="RELATION", relation=relation, is_nullable=False)
    name = NewField(name="name", type="TEXT")
    snapshot = await api.workspace(
        [
            CreateObject(name_singular="person", name_plural="people", fields=(name,)),
            CreateObject(name_singular="dog", fields=(name,)),
            CreateField(object="dog", field=owner),
        ]
    )
    client = Client(api, snapshot)
    made = await client.data('mutation {createPerson(data: {dogs: {create: [{name: "x"}]}}) {id dogs {id}}}')
    query = "mutation($id: ID!, $data: PersonUpdateInput!) {updatePerson(id: $id, data: $data) {id}}"
    dog = made["createPerson"]["dogs"][0]

    unwelcome: list[dict[str, Any]] = [{"set": []}, {"disconnect": [dog]}]
    for dogs in unwelcome:
        error = await client.error(query, id=made["createPerson"]["id"], data={"dogs": dogs})
        assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "owner")


async def test_the_records_of_an_operation_are_counted_at_all_levels(data_url: str) -> None:
    async with data_api(data_url, Settings(max_written=5)) as api:
        client = Client(api, await add_crm(api))
        data = {"people": {"create": [{"notes": {"create": [{}, {}]}}], "connect": [{"id": str(ALICE)}]}}

        await client.data(CREATE, data={"people": {"create": [{}, {}, {}]}})
        error = await client.error(CREATE.replace("}}}}", "}}} b: createCompany(data: $data) {id}}"), data=data)

    assert (error["code"], error["setting"]) == ("LIMIT_EXCEEDED", "ARMATURE_MAX_WRITTEN")


@pytest.mark.parametrize("depth", [20, 40, 60, 80, 100, 120, 5_000])
async def test_data_of_any_depth_is_written_or_refused(own_crm: Client, depth: int) -> None:
    data: Any = {"name": "x"}
    for _ in range(depth):
        data = {"opportunities": {"create": [{"pointOfContact": {"create": {"company": {"create": data}}}}]}}

    answer = await own_crm.ask(CREATE, data=data)

    if "errors" in answer:
        assert {each["extensions"]["code"] for each in answer["errors"]} == {"BAD_USER_INPUT"}


async def test_a_deleted_company_has_no_nested_writes(own_crm: Client) -> None:
    query = f'mutation {{updateCompany(id: "{GONE}", data: {{people: {{create: [{{firstName: "x"}}]}}}}) {{id}}}}'

    error = await own_crm.error(query)

    assert error["code"] == "NOT_FOUND"
    assert await own_crm.data('{people(filter: {firstName: {eq: "x"}}) {id}}') == {"people": []}


# Many-to-many


@pytest.fixture
async def library(api: DataApi) -> Client:
    return Client(api, await add_library(api))


BOOK = "mutation($id: ID!, $data: BookUpdateInput!) {updateBook(id: $id, data: $data) {writers {name}}}"


async def test_records_are_joined_and_made_and_joined(library: Client) -> None:
    found = await library.data(
        "mutation($data: [BookCreateInput!]!) {createBooks(data: $data) {title writers {name books {title}}}}",
        data=[
            {"title": "a", "writers": {"create": [{"name": "New", "books": {"create": [{"title": "b"}]}}]}},
            {"title": "c", "writers": {"connect": [{"id": str(BYRON)}], "create": [{"name": "Newer"}]}},
            {"title": "d", "writers": {"connect": [{"id": str(BYRON)}]}},
        ],
    )

    books = found["createBooks"]
    assert books[0]["writers"] == [{"name": "New", "books": [{"title": "a"}, {"title": "b"}]}]
    assert [each["name"] for each in books[1]["writers"]] == ["Byron", "Newer"]
    assert [each["title"] for each in books[2]["writers"][0]["books"]][-2:] == ["c", "d"]


async def test_joining_twice_joins_once(library: Client) -> None:
    async def writers(data: Any) -> list[str]:
        found = await library.data(BOOK, id=str(LOST_BOOK), data={"writers": data})
        return [each["name"] for each in found["updateBook"]["writers"]]

    byron, percy = {"id": str(BYRON)}, {"id": str(PERCY)}

    assert await writers({"set": [byron]}) == ["Byron"]
    assert await writers({"connect": [byron, byron, percy]}) == ["Percy", "Byron"]
    assert await writers({"disconnect": [byron]}) == ["Percy"]
    assert await writers({"connect": [byron]}) == ["Percy", "Byron"]
    assert await writers({"update": [{**byron, "data": {"name": "George"}}]}) == ["Percy", "George"]
    assert await writers({"set": []}) == []


@pytest.mark.parametrize("what", ["disconnect", "update"])
async def test_only_what_is_joined_can_be_parted_or_changed(library: Client, what: str) -> None:
    await library.data(BOOK, id=str(LOST_BOOK), data={"writers": {"set": []}})
    given: Any = {"id": str(BYRON), "data": {"name": "x"}} if what == "update" else {"id": str(BYRON)}

    error = await library.error(BOOK, id=str(LOST_BOOK), data={"writers": {what: [given]}})

    assert error["inputPath"] == ["data", "writers", what, 0]
