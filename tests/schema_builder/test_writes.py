"""What mutations do, show and refuse, in the words a client sees."""

from typing import Any

import pytest

from armature.metadata.changes import CreateField, CreateObject, NewField, NewRelation
from armature.metadata.model import OnDelete
from armature.schema_builder.run.answer import MutationOverGet, Operation
from tests.support.data_api import Client, DataApi
from tests.support.small_crm import ACME, ALICE, BIG_DEAL, CHESHIRE, GONE, HARE, HATTER, TEAPOT

NOBODY = "00000000-0000-0000-0000-000000000000"


# What is shown


async def test_what_a_write_returns_shows_its_own_effect(own_crm: Client) -> None:
    found = await own_crm.data(
        f'mutation {{updatePerson(id: "{HATTER}", data: {{company: {{connect: {{id: "{ACME}"}}}}}}) '
        "{company {name people {firstName}}}}"
    )

    people = [{"firstName": "Alice"}, {"firstName": "Mad"}]
    assert found["updatePerson"] == {"company": {"name": "Acme", "people": people}}


async def test_a_new_record_is_among_those_it_is_related_to(own_crm: Client) -> None:
    found = await own_crm.data(
        'mutation {createPerson(data: {firstName: "New", company: {connect: {where: {domainName: "teapot.example"}}}}) '
        '{company {people(filter: {firstName: {eq: "New"}}) {firstName company {name}}}}}'
    )

    assert found["createPerson"]["company"]["people"] == [{"firstName": "New", "company": {"name": "Teapot 100%"}}]


async def test_a_new_record_has_the_defaults_and_times_of_its_fields(own_crm: Client) -> None:
    found = await own_crm.data(
        "mutation {createTask(data: {}) {id title status createdAt updatedAt deletedAt} "
        "createTasks(data: [{}]) {title status}}"
    )

    created = found["createTask"]
    assert (created["title"], created["status"], created["deletedAt"]) == ("", "TODO", None)
    assert created["createdAt"] == created["updatedAt"]
    assert created["createdAt"].endswith("+00:00")
    assert found["createTasks"] == [{"title": "", "status": "TODO"}]


async def test_records_of_a_bulk_create_come_back_in_its_order(own_crm: Client) -> None:
    names = [f"n{number}" for number in range(50, 0, -1)]

    found = await own_crm.data(
        "mutation($data: [CompanyCreateInput!]!) {createCompanies(data: $data) {name}}",
        data=[{"name": name} for name in names],
    )

    assert [each["name"] for each in found["createCompanies"]] == names


async def test_a_bulk_create_holds_documents_of_any_shape(own_crm: Client) -> None:
    documents = [[["a"], {"b": [1]}], [], None, "text", {"a": None}, [None], True, 1.5]

    found = await own_crm.data(
        "mutation($data: [CompanyCreateInput!]!) {createCompanies(data: $data) {profile}}",
        data=[{"profile": each} for each in documents],
    )

    assert [each["profile"] for each in found["createCompanies"]] == documents


async def test_bulk_creates_show_what_variables_ask_for(own_crm: Client) -> None:
    found = await own_crm.data(
        "mutation($data: [PersonCreateInput!]!, $ids: [ID!], $n: Int) "
        "{createPeople(data: $data) {company {people(filter: {id: {in: $ids}}, limit: $n) {firstName}}}}",
        data=[{"companyId": str(TEAPOT)}],
        ids=[str(HATTER), str(HARE)],
        n=1,
    )

    assert found["createPeople"] == [{"company": {"people": [{"firstName": "Mad"}]}}]


async def test_a_variable_named_ids_is_the_clients_own(own_crm: Client) -> None:
    found = await own_crm.data(
        'mutation($ids: [ID!]!) {updateCompanies(filter: {name: {eq: "Teapot 100%"}}, data: {employees: 4}) '
        "{count records {employees people(filter: {id: {in: $ids}}) {firstName}}}}",
        ids=[str(HARE)],
    )

    assert found["updateCompanies"] == {"count": 1, "records": [{"employees": 4, "people": [{"firstName": "March"}]}]}


async def test_a_variable_left_out_of_a_document_leaves_out_its_key(own_crm: Client) -> None:
    query = "mutation($a: JSON) {createCompany(data: {profile: {a: $a, b: [$a]}}) {profile}}"

    assert await own_crm.data(query) == {"createCompany": {"profile": {"b": [None]}}}
    assert await own_crm.data(query, a=1) == {"createCompany": {"profile": {"a": 1, "b": [1]}}}


async def test_several_fields_run_in_order_each_seeing_those_before(own_crm: Client) -> None:
    found = await own_crm.data(
        f'mutation {{a: updateCompany(id: "{ACME}", data: {{employees: 1}}) {{employees}} '
        "b: updateCompanies(filter: {employees: {eq: 1}}, data: {employees: 2}) {count} "
        f'c: updateCompany(id: "{ACME}", data: {{}}) {{employees}}}}'
    )

    assert found == {"a": {"employees": 1}, "b": {"count": 1}, "c": {"employees": 2}}


async def test_an_update_touches_only_what_it_names_and_the_time(own_crm: Client) -> None:
    fields = "{name employees createdAt updatedAt}"
    was = await own_crm.data(f'{{company(id: "{ACME}") {fields}}}')
    found = await own_crm.data(f'mutation {{updateCompany(id: "{ACME}", data: {{employees: null}}) {fields}}}')
    before, after = was["company"], found["updateCompany"]

    assert after == {**before, "employees": None, "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]


# Deleting


async def test_a_deleted_record_comes_back_as_it_was(own_crm: Client) -> None:
    deleted = await own_crm.data(f'mutation {{deleteCompany(id: "{ACME}") {{name deletedAt people {{firstName}}}}}}')
    hidden = await own_crm.data(f'{{company(id: "{ACME}") {{name}} person(id: "{ALICE}") {{company {{name}}}}}}')
    restored = await own_crm.data(f'mutation {{restoreCompany(id: "{ACME}") {{deletedAt people {{firstName}}}}}}')

    assert deleted["deleteCompany"]["deletedAt"] is not None
    assert deleted["deleteCompany"]["people"] == [{"firstName": "Alice"}]
    assert hidden == {"company": None, "person": {"company": None}}
    assert restored["restoreCompany"] == {"deletedAt": None, "people": [{"firstName": "Alice"}]}


async def test_a_destroyed_record_is_shown_as_it_was_and_gone(own_crm: Client) -> None:
    found = await own_crm.data(
        f'mutation {{destroyCompany(id: "{ACME}") {{name people {{firstName company {{name}}}}}}}}'
    )
    after = await own_crm.data(f'{{person(id: "{ALICE}") {{companyId}}}}')

    people = [{"firstName": "Alice", "company": {"name": "Acme"}}]
    assert found["destroyCompany"] == {"name": "Acme", "people": people}
    assert after["person"] == {"companyId": None}


async def test_deleted_records_can_be_destroyed_one_by_one_or_by_filter(own_crm: Client) -> None:
    one = await own_crm.data(f'mutation {{destroyCompany(id: "{GONE}") {{name}}}}')
    many = await own_crm.data(
        "mutation {destroyPeople(filter: {deletedAt: {is: NOT_NULL}}) {count records {firstName}}}"
    )

    assert one == {"destroyCompany": {"name": "Gone"}}
    assert many == {"destroyPeople": {"count": 1, "records": [{"firstName": "Gone"}]}}


async def test_writes_by_filter_count_what_they_touched(own_crm: Client) -> None:
    found = await own_crm.data(
        "mutation {a: deleteCompanies(filter: {employees: {gt: 2}}) {count records {name}} "
        "b: deleteCompanies(filter: {employees: {gt: 2}}) {count} "
        'c: restoreCompanies(filter: {name: {neq: "Gone"}}) {n: count __typename}}'
    )

    assert found["a"] == {"count": 2, "records": [{"name": "Acme"}, {"name": "Teapot 100%"}]}
    assert found["b"] == {"count": 0}
    assert found["c"] == {"n": 2, "__typename": "CompanyMutationResult"}


@pytest.mark.parametrize(
    ("on_delete", "left"),
    [("CASCADE", []), ("SET_NULL", [{"parent": None}]), ("RESTRICT", [{"parent": {"name": "p"}}])],
)
async def test_destroying_follows_the_relations_rule(api: DataApi, on_delete: OnDelete, left: list[Any]) -> None:
    relation = NewRelation(type="MANY_TO_ONE", target="node", inverse_name="children", on_delete=on_delete)
    snapshot = await api.workspace(
        [
            CreateObject(name_singular="node", fields=(NewField(name="name", type="TEXT"),)),
            CreateField(object="node", field=NewField(name="parent", type="RELATION", relation=relation)),
        ]
    )
    client = Client(api, snapshot)
    parent = (await client.data('mutation {createNode(data: {name: "p"}) {id}}'))["createNode"]["id"]
    await client.data("mutation($id: ID!) {createNode(data: {parentId: $id}) {id}}", id=parent)

    answer = await client.ask("mutation($id: ID!) {destroyNode(id: $id) {name}}", id=parent)

    found = await client.data("{nodes(filter: {name: {is: NULL}}) {parent {name}}}")
    assert found["nodes"] == left
    if on_delete == "RESTRICT":
        (error,) = answer["errors"]
        assert (error["path"], error["extensions"]["code"]) == (["destroyNode"], "CONFLICT")
        assert "node.parent" in error["message"]


# What can't be done


@pytest.mark.parametrize(
    ("field", "code", "at_fault"),
    [
        ('createCompany(data: {domainName: "acme.com"}) {id}', "CONFLICT", "domainName"),
        ('createCompanies(data: [{}, {domainName: "acme.com"}]) {id}', "CONFLICT", "domainName"),
        ('createCompanies(data: [{domainName: "new.com"}, {domainName: "new.com"}]) {id}', "CONFLICT", "domainName"),
        ('updateCompanies(filter: {}, data: {domainName: "x"}) {count}', "CONFLICT", "domainName"),
        (f'createCompany(data: {{id: "{GONE}"}}) {{id}}', "CONFLICT", "id"),
        ("createCompany(data: {name: null}) {id}", "BAD_USER_INPUT", "name"),
        ("createCompanies(data: [{name: null}]) {id}", "BAD_USER_INPUT", "name"),
        (f'createPerson(data: {{companyId: "{NOBODY}"}}) {{id}}', "BAD_USER_INPUT", "companyId"),
        (f'createPerson(data: {{companyId: "{GONE}"}}) {{id}}', "BAD_USER_INPUT", "companyId"),
        (f'createPerson(data: {{company: {{connect: {{id: "{GONE}"}}}}}}) {{id}}', "BAD_USER_INPUT", "company"),
        ('createPerson(data: {company: {connect: {where: {domainName: "x"}}}}) {id}', "BAD_USER_INPUT", "company"),
        (f'createPeople(data: [{{companyId: "{GONE}"}}]) {{id}}', "BAD_USER_INPUT", "companyId"),
        (f'updatePeople(filter: {{}}, data: {{companyId: "{GONE}"}}) {{count}}', "BAD_USER_INPUT", "companyId"),
        ("createPerson(data: {company: {disconnect: false}}) {id}", "BAD_USER_INPUT", "company"),
        ("createPeople(data: [{company: {disconnect: false}}]) {id}", "BAD_USER_INPUT", "company"),
        ('createOpportunity(data: {probability: "1000"}) {id}', "BAD_USER_INPUT", "probability"),
        ('createOpportunity(data: {probability: "1.005"}) {id}', "BAD_USER_INPUT", "probability"),
        ('createOpportunities(data: [{probability: "1.005"}]) {id}', "BAD_USER_INPUT", "probability"),
        ('updateOpportunities(filter: {}, data: {probability: "-1000"}) {count}', "BAD_USER_INPUT", "probability"),
    ],
)
async def test_a_required_answer_that_fails_empties_data_and_names_the_field(
    own_crm: Client, field: str, code: str, at_fault: str
) -> None:
    answer = await own_crm.ask(f"mutation {{it: {field}}}")

    (error,) = answer["errors"]
    assert answer["data"] is None
    assert error["path"] == ["it"]
    assert error["locations"] == [{"line": 1, "column": 11}]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, at_fault)


@pytest.mark.parametrize(
    ("field", "code", "at_fault"),
    [
        (f'updateCompany(id: "{NOBODY}", data: {{name: "x"}})', "NOT_FOUND", "id"),
        (f'updateCompany(id: "{GONE}", data: {{name: "x"}})', "NOT_FOUND", "id"),
        (f'updateCompany(id: "{ACME}", data: {{name: null}})', "BAD_USER_INPUT", "name"),
        (f'updateCompany(id: "{ACME}", data: {{domainName: "teapot.example"}})', "CONFLICT", "domainName"),
        (f'deleteCompany(id: "{GONE}")', "NOT_FOUND", "id"),
        (f'restoreCompany(id: "{NOBODY}")', "NOT_FOUND", "id"),
        (f'destroyCompany(id: "{NOBODY}")', "NOT_FOUND", "id"),
        (f'updatePerson(id: "{ALICE}", data: {{companyId: "{GONE}"}})', "BAD_USER_INPUT", "companyId"),
        (f'updateOpportunity(id: "{BIG_DEAL}", data: {{probability: "0.001"}})', "BAD_USER_INPUT", "probability"),
    ],
)
async def test_a_nullable_answer_that_fails_is_null_and_the_next_field_runs(
    own_crm: Client, field: str, code: str, at_fault: str
) -> None:
    answer = await own_crm.ask(f'mutation {{it: {field} {{id}} next: createTask(data: {{title: "next"}}) {{title}}}}')

    (error,) = answer["errors"]
    assert answer["data"] == {"it": None, "next": {"title": "next"}}
    assert error["path"] == ["it"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, at_fault)


async def test_after_a_required_field_fails_nothing_else_runs_and_what_ran_stays(own_crm: Client) -> None:
    answer = await own_crm.ask(
        'mutation {a: createTask(data: {title: "a"}) {id} b: createTask(data: {title: null}) {id} '
        'c: createTask(data: {title: "c"}) {id}}'
    )

    assert answer["data"] is None
    assert [each["path"] for each in answer["errors"]] == [["b"]]
    found = await own_crm.data('{tasks(filter: {title: {in: ["a", "c"]}}) {title}}')
    assert found == {"tasks": [{"title": "a"}]}


async def test_of_a_bulk_create_all_or_none_are_made(own_crm: Client) -> None:
    answer = await own_crm.ask(f'mutation {{createPeople(data: [{{firstName: "x"}}, {{companyId: "{GONE}"}}]) {{id}}}}')

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["inputPath"] == ["data", 1, "companyId"]
    assert await own_crm.data('{people(filter: {firstName: {eq: "x"}}) {id}}') == {"people": []}


@pytest.mark.parametrize(
    ("object_name", "plural", "data"),
    [
        ("Company", "Companies", "{name: null}"),
        ("Company", "Companies", '{domainName: "acme.com"}'),
        ("Company", "Companies", f'{{id: "{GONE}"}}'),
        ("Person", "People", "{company: null}"),
        ("Person", "People", "{company: {disconnect: false}}"),
        ("Person", "People", f'{{company: {{disconnect: true}}, companyId: "{ACME}"}}'),
        ("Person", "People", f'{{companyId: "{GONE}"}}'),
        ("Person", "People", f'{{company: {{connect: {{id: "{NOBODY}"}}}}}}'),
        ("Person", "People", '{company: {connect: {where: {domainName: "x"}}}}'),
        ("Opportunity", "Opportunities", '{probability: "1.005"}'),
        ("Opportunity", "Opportunities", '{amountMicros: "99999999999999999999"}'),
    ],
)
async def test_the_same_mistake_gives_the_same_error_in_single_and_bulk_creates(
    own_crm: Client, object_name: str, plural: str, data: str
) -> None:
    single = await own_crm.error(f"mutation {{create{object_name}(data: {data}) {{id}}}}")
    bulk = await own_crm.error(f"mutation {{create{plural}(data: [{data}]) {{id}}}}")

    keys = ("code", "field", "hint")
    assert [bulk.get(key) for key in keys] == [single.get(key) for key in keys]
    assert bulk["message"].replace("data[0].", "data.") == single["message"]
    assert [each for each in bulk.get("inputPath", []) if each != 0] == single.get("inputPath", [])


async def test_of_many_new_records_the_error_names_the_one_at_fault(own_crm: Client) -> None:
    taken = await own_crm.error('mutation {createCompanies(data: [{}, {name: "x", domainName: "acme.com"}]) {id}}')
    twice = await own_crm.error(
        'mutation {createCompanies(data: [{domainName: "x"}, {}, {domainName: "x"}, {domainName: "y"}]) {id}}'
    )

    assert taken["inputPath"] == ["data", 1, "domainName"]
    assert taken["message"].startswith("data[1].domainName: another Company already")
    assert twice["inputPath"] == ["data", 2, "domainName"]


@pytest.mark.parametrize(
    "value",
    [
        "9" * 5_000,
        f'"{{{ACME}}}"',
        f'"urn:uuid:{ACME}"',
        '"0000_001000070008000000000000001"',
        f'"{str(ACME).replace("-", "", 1)}"',
    ],
)
async def test_an_id_is_a_plain_uuid(own_crm: Client, value: str) -> None:
    error = await own_crm.error(f"{{company(id: {value}) {{id}}}}")

    assert error["code"] == "BAD_USER_INPUT"


async def test_an_integer_of_any_length_is_refused_in_our_words(own_crm: Client) -> None:
    error = await own_crm.error(f"{{companies(limit: {'9' * 5_000}) {{id}}}}")

    assert error["message"].endswith("it does not fit into 32 bits.")


async def test_what_is_unique_may_be_had_by_deleted_records_too(own_crm: Client) -> None:
    created = await own_crm.ask('mutation {createCompany(data: {domainName: "gone.example"}) {domainName}}')
    restored = await own_crm.ask(f'mutation {{restoreCompany(id: "{GONE}") {{id}}}}')

    assert created["data"] == {"createCompany": {"domainName": "gone.example"}}
    assert restored["errors"][0]["extensions"]["code"] == "CONFLICT"


@pytest.mark.parametrize(
    ("mutation", "at_fault"),
    [
        (f'createPerson(data: {{company: {{disconnect: true}}, companyId: "{ACME}"}}) {{id}}', "company"),
        ("createPerson(data: {company: null}) {id}", "company"),
        ("updateCompanies(filter: {name: null}, data: {}) {count}", "name"),
    ],
)
async def test_what_contradicts_itself_is_refused_before_anything_runs(
    own_crm: Client, mutation: str, at_fault: str
) -> None:
    answer = await own_crm.ask(f'mutation {{first: createTask(data: {{title: "first"}}) {{id}} it: {mutation}}}')

    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["field"] == at_fault
    assert await own_crm.data('{tasks(filter: {title: {eq: "first"}}) {id}}') == {"tasks": []}


@pytest.mark.parametrize(
    "mutation",
    [
        'createCompany(data: {createdAt: "2024-01-01T00:00:00Z"}) {id}',
        'createCompany(data: {nme: "x"}) {id}',
        f'updateCompany(id: "{ACME}", data: {{id: "{TEAPOT}"}}) {{id}}',
        'updateCompanies(data: {name: "x"}) {count}',
        'createOpportunity(data: {stage: "NEW"}) {id}',
        "createOpportunity(data: {stage: OLD}) {id}",
        'createPerson(data: {company: {connect: {id: "x"}}}) {id}',
        f'createPerson(data: {{company: {{connect: {{id: "{ACME}"}}, disconnect: true}}}}) {{id}}',
        "createPerson(data: {company: {}}) {id}",
    ],
)
async def test_what_does_not_fit_the_schema_is_refused_before_anything_runs(own_crm: Client, mutation: str) -> None:
    answer = await own_crm.ask(f"mutation {{{mutation}}}")

    assert "data" not in answer
    assert {each["extensions"]["code"] for each in answer["errors"]} == {"BAD_USER_INPUT"}


async def test_a_mutation_over_get_is_refused(own_crm: Client) -> None:
    operation = Operation(f'mutation {{deleteCompany(id: "{CHESHIRE}") {{id}}}}', {}, may_mutate=False)

    with pytest.raises(MutationOverGet):
        await own_crm.api.body(own_crm.snapshot, operation)
    assert await own_crm.data(f'{{company(id: "{CHESHIRE}") {{name}}}}') == {"company": {"name": "cheshire_cats"}}


async def test_a_skipped_mutation_field_does_nothing(own_crm: Client) -> None:
    query = 'mutation($no: Boolean!) {createTask(data: {title: "skipped"}) @skip(if: $no) {id} __typename}'

    assert await own_crm.data(query, no=True) == {"__typename": "Mutation"}
    assert await own_crm.data('{tasks(filter: {title: {eq: "skipped"}}) {id}}') == {"tasks": []}
