"""merge…: several records become one."""

import pytest

from armature.metadata.changes import CreateField, CreateObject, NewField, NewRelation
from tests.support.data_api import Client, DataApi
from tests.support.small_crm import ACME, ALICE, CHESHIRE, GONE, HATTER, TEAPOT

NOBODY = "00000000-0000-0000-0000-000000000000"
MERGE = (
    "mutation($ids: [ID!]!, $keep: ID, $dryRun: Boolean) {it: mergeCompanies(ids: $ids, keep: $keep, dryRun: $dryRun) "
    "{id name domainName employees addressCity isIdealCustomer people {firstName} notes {title}}}"
)
ALL = (
    "{companies(orderBy: {name: ASC}) {name domainName employees addressCity updatedAt} "
    "people(orderBy: {id: ASC}) {firstName companyId updatedAt} notes {title companyId}}"
)


def ids(*records: object) -> list[str]:
    return [str(each) for each in records]


async def test_the_kept_record_wins_is_filled_and_takes_what_is_theirs(own_crm: Client) -> None:
    merged = (await own_crm.data(MERGE, ids=ids(CHESHIRE, TEAPOT, ACME)))["it"]
    after = await own_crm.data('{companies {name} tasks(filter: {title: {eq: "Pour"}}) {company {name}}}')

    assert merged == {
        "id": str(CHESHIRE),
        "name": "cheshire_cats",
        "domainName": "teapot.example",
        "employees": 3,
        "addressCity": "Oxford",
        "isIdealCustomer": False,
        "people": [{"firstName": "Alice"}, {"firstName": "Mad"}, {"firstName": "March"}],
        "notes": [{"title": "Minutes"}],
    }
    assert after == {"companies": [{"name": "cheshire_cats"}], "tasks": [{"company": {"name": "cheshire_cats"}}]}


async def test_another_than_the_first_may_be_kept_and_empty_text_is_filled(own_crm: Client) -> None:
    merged = (await own_crm.data(MERGE, ids=ids(ACME, TEAPOT), keep=str(TEAPOT)))["it"]

    assert (merged["id"], merged["name"], merged["domainName"]) == (str(TEAPOT), "Teapot 100%", "teapot.example")
    assert merged["addressCity"] == "Zürich"


async def test_a_dry_run_shows_the_result_and_changes_nothing(own_crm: Client) -> None:
    before = await own_crm.data(ALL)

    dry = await own_crm.data(MERGE, ids=ids(ACME, TEAPOT), dryRun=True)
    assert await own_crm.data(ALL) == before
    atomic = await own_crm.data(MERGE.replace(") {it", ") @atomic {it"), ids=ids(ACME, TEAPOT), dryRun=True)
    assert await own_crm.data(ALL) == before
    wet = await own_crm.data(MERGE, ids=ids(ACME, TEAPOT))

    assert dry == atomic == wet


async def test_what_was_merged_can_be_restored_without_what_was_moved(own_crm: Client) -> None:
    await own_crm.data(MERGE, ids=ids(ACME, CHESHIRE))
    found = await own_crm.data(f'mutation {{restoreCompany(id: "{CHESHIRE}") {{name people {{id}}}}}}')

    assert found["restoreCompany"] == {"name": "cheshire_cats", "people": []}


async def test_references_are_filled_too(own_crm: Client) -> None:
    found = await own_crm.data(
        "mutation($ids: [ID!]!) {createPerson(data: {}) {id} mergePeople(ids: $ids) {firstName company {name}}}",
        ids=ids(ALICE, HATTER),
    )

    assert found["mergePeople"] == {"firstName": "Alice", "company": {"name": "Acme"}}


async def test_nobody_becomes_their_own_parent_or_partner(api: DataApi) -> None:
    parent = NewRelation(type="MANY_TO_ONE", target="node", inverse_name="children")
    badge = NewRelation(type="ONE_TO_ONE", target="node", inverse_name="badge")
    name = NewField(name="name", type="TEXT")
    snapshot = await api.workspace(
        [
            CreateObject(name_singular="node", fields=(name,)),
            CreateObject(name_singular="badge", fields=(name,)),
            CreateField(object="node", field=NewField(name="parent", type="RELATION", relation=parent)),
            CreateField(object="badge", field=NewField(name="holder", type="RELATION", relation=badge)),
        ]
    )
    client = Client(api, snapshot)
    tree = await client.data(
        'mutation {createNode(data: {name: "a", children: {create: [{name: "b", badge: {create: {name: "1"}}, '
        'children: {create: {name: "c"}}}, {name: "d", badge: {create: {name: "2"}}}]}}) '
        "{id children {id name}}}"
    )
    a, (b, d) = tree["createNode"]["id"], [each["id"] for each in tree["createNode"]["children"]]
    query = "mutation($ids: [ID!]!) {mergeNodes(ids: $ids) {name parent {name} badge {name} children {name}}}"

    first = await client.data(query, ids=[b, a])
    second = await client.data(query, ids=[b, d])

    assert first["mergeNodes"] == {
        "name": "b",
        "parent": None,
        "badge": {"name": "1"},
        "children": [{"name": "c"}, {"name": "d"}],
    }
    assert second["mergeNodes"] == {"name": "b", "parent": None, "badge": {"name": "1"}, "children": [{"name": "c"}]}


async def test_a_partner_is_taken_over_where_there_is_none(api: DataApi) -> None:
    badge = NewRelation(type="ONE_TO_ONE", target="person", inverse_name="badge")
    name = NewField(name="name", type="TEXT")
    snapshot = await api.workspace(
        [
            CreateObject(name_singular="person", name_plural="people", fields=(name,)),
            CreateObject(name_singular="badge", fields=(name,)),
            CreateField(object="badge", field=NewField(name="holder", type="RELATION", relation=badge)),
        ]
    )
    client = Client(api, snapshot)
    made = await client.data(
        'mutation {createPeople(data: [{}, {badge: {create: {name: "1"}}}, {badge: {create: {name: "2"}}}]) {id}}'
    )

    merged = await client.data(
        "mutation($ids: [ID!]!) {mergePeople(ids: $ids) {badge {name}}}",
        ids=[each["id"] for each in made["createPeople"]],
    )

    assert merged == {"mergePeople": {"badge": {"name": "1"}}}


@pytest.mark.parametrize(
    ("given", "keep", "code", "path"),
    [
        ([], None, "BAD_USER_INPUT", ["ids"]),
        ([ACME], None, "BAD_USER_INPUT", ["ids"]),
        ([ACME, TEAPOT, ACME], None, "BAD_USER_INPUT", ["ids", 2]),
        ([ACME, TEAPOT], CHESHIRE, "BAD_USER_INPUT", ["keep"]),
        ([ACME, NOBODY], None, "NOT_FOUND", ["ids", 1]),
        ([GONE, ACME], None, "NOT_FOUND", ["ids", 0]),
    ],
)
async def test_what_cannot_be_merged_is_told(
    own_crm: Client, given: list[object], keep: object, code: str, path: list[object]
) -> None:
    before = await own_crm.data(ALL)

    error = await own_crm.error(MERGE, ids=ids(*given), keep=keep and str(keep))

    assert (error["code"], error["inputPath"], error["path"]) == (code, path, ["it"])
    assert await own_crm.data(ALL) == before
