"""What queries answer, and what they refuse, in the words a client sees."""

import json
from typing import Any
from uuid import UUID

import pytest

from armature.schema_builder.run.answer import Operation
from tests.support.data_api import Client
from tests.support.small_crm import ACME, ALICE, CHESHIRE, DORMOUSE, GONE, GONE_PERSON, LOST_DEAL, RIDDLE, TEAPOT


async def test_keys_come_in_the_order_they_were_asked_in(crm: Client) -> None:
    operation = Operation("{z: companies(limit: 1) {name id a: name} __typename a: companies(limit: 0) {id}}", {})
    body = await crm.api.body(crm.snapshot, operation)

    assert list(json.loads(body)["data"]) == ["z", "__typename", "a"]
    assert list(json.loads(body)["data"]["z"][0]) == ["name", "id", "a"]


async def test_a_record_that_is_not_there_is_null(crm: Client) -> None:
    query = 'query($id: ID!) {company(id: $id) {name} companyBy(where: {domainName: "nobody.com"}) {name}}'

    assert await crm.data(query, id="00000000-0000-0000-0000-000000000000") == {"company": None, "companyBy": None}


async def test_one_missing_record_alone_is_null_too(crm: Client) -> None:
    assert await crm.data(f'{{company(id: "{GONE}") {{name}}}}') == {"company": None}


async def test_big_numbers_travel_as_strings(crm: Client) -> None:
    found = await crm.data(
        '{companyBy(where: {domainName: "acme.com"}) {annualRecurringRevenueAmountMicros employees} '
        "opportunities(limit: 1) {probability closeDate}}"
    )

    assert found["companyBy"] == {"annualRecurringRevenueAmountMicros": "9007199254740993", "employees": 120}
    assert found["opportunities"] == [{"probability": "99.50", "closeDate": "2026-12-31T23:59:59.999999+00:00"}]


async def test_the_last_day_there_is_stays_a_date(own_crm: Client) -> None:
    await own_crm.data(
        f'mutation {{updatePerson(id: "{ALICE}", data: {{birthday: "9999-12-31"}}) {{id}} '
        f'updateOpportunity(id: "{LOST_DEAL}", data: {{closeDate: "9999-12-31T23:59:59.999999Z"}}) {{id}}}}'
    )

    assert await own_crm.data(
        '{people(filter: {birthday: {eq: "9999-12-31"}}) {birthday} '
        'opportunities(filter: {closeDate: {in: ["9999-12-31T23:59:59.999999Z"]}}) {closeDate}}'
    ) == {
        "people": [{"birthday": "9999-12-31"}],
        "opportunities": [{"closeDate": "9999-12-31T23:59:59.999999+00:00"}],
    }


async def test_a_list_without_a_limit_has_sixty_records(own_crm: Client) -> None:
    await own_crm.data(f"mutation {{createTasks(data: [{', '.join('{}' for _ in range(70))}]) {{id}}}}")

    found = await own_crm.data("{tasks {id} all: tasks(limit: 1000) {id} none: tasks(limit: 0) {id}}")
    assert [len(found[key]) for key in ("tasks", "all", "none")] == [60, 72, 0]


async def test_text_is_ordered_by_code_points_and_choices_by_their_options(crm: Client) -> None:
    found = await crm.data("{companies(orderBy: [{name: ASC}]) {name} opportunities(orderBy: [{stage: DESC}]) {stage}}")

    assert [each["name"] for each in found["companies"]] == ["Acme", "Teapot 100%", "cheshire_cats"]
    assert [each["stage"] for each in found["opportunities"]] == ["CUSTOMER", "PROPOSAL", "NEW"]


@pytest.mark.parametrize(
    ("direction", "names"),
    [
        ("ASC", ["Teapot 100%", "Acme", "cheshire_cats"]),
        ("DESC", ["cheshire_cats", "Acme", "Teapot 100%"]),
        ("ASC_NULLS_FIRST", ["cheshire_cats", "Teapot 100%", "Acme"]),
        ("DESC_NULLS_LAST", ["Acme", "Teapot 100%", "cheshire_cats"]),
    ],
)
async def test_records_without_a_value_come_where_the_direction_says(
    crm: Client, direction: str, names: list[str]
) -> None:
    found = await crm.data(f"{{companies(orderBy: [{{employees: {direction}}}]) {{name}}}}")

    assert [each["name"] for each in found["companies"]] == names


async def test_ties_are_broken_by_id(crm: Client) -> None:
    found = await crm.data("{companies(orderBy: [{isIdealCustomer: DESC}]) {id}}")

    assert [each["id"] for each in found["companies"]] == [str(ACME), str(TEAPOT), str(CHESHIRE)]


# Soft-deleted records


@pytest.mark.parametrize(
    "query",
    [
        f'company(id: "{GONE}") {{id}}',
        'companyBy(where: {domainName: "gone.example"}) {id}',
    ],
)
async def test_a_deleted_record_is_not_found(crm: Client, query: str) -> None:
    assert list((await crm.data(f"{{{query}}}")).values()) == [None]


async def test_lists_of_ten_thousand_values_are_looked_for(crm: Client) -> None:
    names = [f"nobody {number}" for number in range(10_000)]
    query = """query($in: [String!]!, $ids: [ID!]!) {
      found: companies(filter: {name: {in: $in}}) {name}
      left: companies(filter: {name: {notIn: $in}}) {name}
      byId: companies(filter: {id: {in: $ids}}) {name}}"""

    ids = [*(str(UUID(int=number)) for number in range(10_000)), str(ACME)]
    found = await crm.data(query, **{"in": [*names, "Acme"], "ids": ids})

    assert {key: [each["name"] for each in value] for key, value in found.items()} == {
        "found": ["Acme"],
        "left": ["Teapot 100%", "cheshire_cats"],
        "byId": ["Acme"],
    }


async def test_a_deleted_record_is_out_of_sight_in_lists_however_they_are_filtered(crm: Client) -> None:
    found = await crm.data(
        f'{{companies(filter: {{or: [{{deletedAt: {{is: NOT_NULL}}}}, {{id: {{eq: "{GONE}"}}}}]}}) {{id}} '
        "people(filter: {not: {deletedAt: {is: NULL}}}) {id}}"
    )

    assert found == {"companies": [], "people": []}


async def test_a_deleted_record_is_out_of_sight_through_relations(crm: Client) -> None:
    found = await crm.data(
        f'{{person(id: "{DORMOUSE}") {{companyId company {{name}}}} company(id: "{ACME}") {{people {{firstName}}}} '
        f'opportunity(id: "{LOST_DEAL}") {{pointOfContact {{id}}}}}}'
    )

    assert found["person"]["company"] is None
    assert found["company"]["people"] == [{"firstName": "Alice"}]
    assert found["opportunity"]["pointOfContact"] is None


async def test_a_deleted_record_is_out_of_sight_in_relation_filters_and_orders(crm: Client) -> None:
    found = await crm.data(
        '{some: companies(filter: {people: {some: {firstName: {eq: "Gone"}}}}) {id} '
        'every: companies(filter: {people: {every: {firstName: {neq: "Gone"}}}, name: {eq: "Acme"}}) {name} '
        'one: people(filter: {company: {name: {eq: "Gone"}}}) {id} '
        "last: people(orderBy: [{company: {name: ASC}}]) {lastName}}"
    )

    assert found["some"] == []
    assert found["every"] == [{"name": "Acme"}]
    assert found["one"] == []
    assert found["last"][-1] == {"lastName": "Dormouse"}


# Filters


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ('{name: {contains: "100%"}}', ["Teapot 100%"]),
        ('{name: {contains: "%"}}', ["Teapot 100%"]),
        ('{name: {contains: "_"}}', ["cheshire_cats"]),
        ('{name: {startsWith: "c"}}', ["cheshire_cats"]),
        ('{name: {istartsWith: "C"}}', ["cheshire_cats"]),
        ('{name: {like: "%e%"}}', ["Acme", "Teapot 100%", "cheshire_cats"]),
        ('{name: {regex: "^[A-Z]"}}', ["Acme", "Teapot 100%"]),
        ("{employees: {gt: 3}}", ["Acme"]),
        ("{not: {employees: {gt: 3}}}", ["Teapot 100%", "cheshire_cats"]),
        ("{employees: {neq: 3}}", ["Acme", "cheshire_cats"]),
        ("{employees: {notIn: [3, 120]}}", ["cheshire_cats"]),
        ("{employees: {in: []}}", []),
        ("{employees: {is: NULL}}", ["cheshire_cats"]),
        ("{addressCity: {isEmpty: true}}", ["Teapot 100%"]),
        ("{domainName: {isEmpty: true}}", ["cheshire_cats"]),
        ("{domainName: {isEmpty: false}}", ["Acme", "Teapot 100%"]),
        ('{profile: {contains: {tags: ["a"]}}}', ["Acme"]),
        ('{profile: {hasKey: "size"}}', ["Acme"]),
        ("{or: []}", []),
        ("{and: []}", ["Acme", "Teapot 100%", "cheshire_cats"]),
        ("{people: {none: {}}}", ["cheshire_cats"]),
        ("{annualRecurringRevenueCurrencyCode: {eq: CHF}}", ["Acme"]),
    ],
)
async def test_filters(crm: Client, given: str, names: list[str]) -> None:
    found = await crm.data(f"{{companies(filter: {given}) {{name}}}}")

    assert [each["name"] for each in found["companies"]] == names


async def test_a_null_in_a_filter_is_refused_by_name(crm: Client) -> None:
    literal = await crm.error("{companies(filter: {name: {eq: null}}) {id}}")
    variable = await crm.error(
        "query($f: CompanyFilterInput) {companies(filter: $f) {id}}", f={"people": {"some": {"city": {"eq": None}}}}
    )

    assert (literal["field"], literal["code"]) == ("name.eq", "BAD_USER_INPUT")
    assert (variable["field"], variable["code"]) == ("city.eq", "BAD_USER_INPUT")
    assert "data" not in await crm.ask("{companies(filter: {name: {eq: null}}) {id}}")


async def test_a_part_of_a_filter_whose_variable_is_left_out_is_left_out(crm: Client) -> None:
    query = "query($name: String, $f: CompanyFilterInput) {companies(filter: {name: {eq: $name}, not: $f}) {id}}"

    assert len((await crm.data(query))["companies"]) == 3
    assert len((await crm.data(query, name="Acme"))["companies"]) == 1


async def test_one_plan_does_not_remember_the_values_of_another_request(crm: Client) -> None:
    query = "query($f: CompanyFilterInput, $n: Int) {companies(filter: $f, limit: $n) {name}}"

    first = await crm.data(query, f={"name": {"eq": "Acme"}}, n=5)
    second = await crm.data(query, f={"name": {"eq": "Teapot 100%"}}, n=5)
    third = await crm.data(query, f={"name": {"neq": "Acme"}}, n=1)

    assert [first, second, third] == [
        {"companies": [{"name": "Acme"}]},
        {"companies": [{"name": "Teapot 100%"}]},
        {"companies": [{"name": "Teapot 100%"}]},
    ]


# What can't be answered


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{companies {nam}}", "Cannot query field 'nam' on type 'Company'. Did you mean 'name'?"),
        ("{compani {id}}", "Did you mean 'company', 'companies', or 'companyBy'?"),
        ("{companies(filter: {nme: {eq: 1}}) {id}}", "'nme'"),
        ('{company(id: "acme") {id}}', "'acme' is not a UUID."),
        ("{companies(limit: -1) {id}}", "limit can't be negative: -1."),
        ("{companies(offset: -1) {id}}", "offset can't be negative: -1."),
        ('{people(filter: {birthday: {eq: "2024-02-30"}}) {id}}', "Date cannot represent '2024-02-30'"),
        ('{people(filter: {birthday: {eq: "yesterday"}}) {id}}', "write it like 2026-11-21."),
        ('{tasks(filter: {dueAt: {eq: "2024-01-01T25:00:00Z"}}) {id}}', "DateTime cannot represent"),
        ('{tasks(filter: {dueAt: {eq: "0001-01-01T00:00:00+10:00"}}) {id}}', "DateTime cannot represent"),
        ('{opportunities(filter: {probability: {eq: "NaN"}}) {id}}', "Decimal cannot represent 'NaN'."),
        ('{opportunities(filter: {probability: {eq: "1_000"}}) {id}}', "Decimal cannot represent '1_000'."),
        ('{opportunities(filter: {amountMicros: {eq: "9223372036854775808"}}) {id}}', "does not fit into 64 bits."),
        ('{opportunities(filter: {amountMicros: {eq: " 1"}}) {id}}', "BigInt cannot represent ' 1'."),
        ("{companies(filter: {employees: {eq: 2147483648}}) {id}}", "non 32-bit signed integer value"),
        ("{opportunities(filter: {stage: {eq: OLD}}) {id}}", "Value 'OLD' does not exist in 'OpportunityStageEnum'"),
        (r'{companies(filter: {name: {eq: "a\u0000"}}) {id}}', "null character"),
        ("{companies(filter: {profile: {eq: 1e999}}) {id}}", "JSON cannot represent inf."),
        ('{companies(filter: {name: {regex: "("}}) {id}}', "not valid: parentheses () not balanced."),
        (r'{companies(filter: {name: {like: "%\\"}}) {id}}', "The pattern ends with an escape character."),
        ("{companies(orderBy: [{}]) {id}}", "exactly one field must be specified"),
        ("{companies(orderBy: [{name: ASC, id: ASC}]) {id}}", "exactly one field must be specified"),
        ('{companyBy(where: {id: null}) {id}}', "exactly one field must be specified"),
        ("{companies {profile {tags}}}", "must not have a selection"),
        ("{companies}", "must have a selection of subfields"),
        ("{companies {id name: addressCity name}}", "conflict"),
        ("subscription {companies {id}}", "subscription"),
        ("fragment A on Company {id}", "The document has no operation."),
        ("query A {__typename} query B {__typename}", "Must provide operation name"),
        ("{", "Syntax Error"),
        ("", "Syntax Error"),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered_is_refused_in_words(crm: Client, query: str, message: str) -> None:
    answer = await crm.ask(query)

    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("String", "a\x00"),
        ("String", "\ud800"),
        ("String", 5),
        ("Int", 2**31),
        ("Int", "5"),
        ("Int", True),
        ("BigInt", 2**63),
        ("BigInt", 1.5),
        ("BigInt", "1e3"),
        ("BigInt", True),
        ("Decimal", "infinity"),
        ("Decimal", float("nan")),
        ("Decimal", "1e1001"),
        ("Decimal", "9" * 1001),
        ("Date", "2024-1-1"),
        ("Date", 20240101),
        ("DateTime", "2024-01-01"),
        ("DateTime", "2024-01-01T00:00:00+99:00"),
        ("ID", "x" * 36),
        ("ID", 7),
        ("JSON", {"a\x00": 1}),
        ("JSON", ["\udfff"]),
        ("JSON", [float("inf")]),
        ("Boolean", "true"),
    ],
    ids=str,
)
async def test_a_variable_that_does_not_fit_its_type_is_refused(crm: Client, kind: str, value: Any) -> None:
    fields = {
        "String": "companies(filter: {name: {eq: $v}})",
        "Int": "companies(filter: {employees: {eq: $v}})",
        "BigInt": "opportunities(filter: {amountMicros: {eq: $v}})",
        "Decimal": "opportunities(filter: {probability: {eq: $v}})",
        "Date": "people(filter: {birthday: {eq: $v}})",
        "DateTime": "tasks(filter: {dueAt: {eq: $v}})",
        "ID": "companies(filter: {id: {eq: $v}})",
        "JSON": "companies(filter: {profile: {eq: $v}})",
        "Boolean": "companies(filter: {isIdealCustomer: {eq: $v}})",
    }
    error = await crm.error(f"query($v: {kind}) {{{fields[kind]} {{id}}}}", v=value)

    assert error["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith("Variable '$v' has invalid value")
    assert error["locations"] == [{"line": 1, "column": 7}]


async def test_a_wrong_literal_says_where_it_stands(crm: Client) -> None:
    error = await crm.error('{companies(filter: {id: {eq: "acme"}}) {id}}')

    assert error["locations"] == [{"line": 1, "column": 30}]


async def test_a_response_key_may_have_63_bytes(crm: Client) -> None:
    longest = "k" * 63

    assert await crm.data(f"{{{longest}: companies(limit: 1) {{{longest}: name}}}}") == {longest: [{longest: "Acme"}]}
    for query in (f"{{{longest}k: companies {{id}}}}", f"{{companies {{{longest}k: id}}}}"):
        error = await crm.error(query)
        assert error["field"] == f"{longest}k"
        assert "63 bytes" in error["message"]


@pytest.mark.parametrize("key", ["r1", "r2", "r3", "t1", "t2", "l1", "j", "f0", "w", "json", "row", "select"])
async def test_a_response_key_may_be_any_name_that_the_statement_uses_too(crm: Client, key: str) -> None:
    found = await crm.data(
        f"{{companies(limit: 1) {{{key}: name people {{{key}: firstName company {{{key}: name}}}}}} "
        f'{key}: company(id: "{ACME}") {{{key}: name}}}}'
    )

    people = [{key: "Alice", "company": {key: "Acme"}}]
    assert found == {"companies": [{key: "Acme", "people": people}], key: {key: "Acme"}}


# Directives, fragments, names


async def test_a_selection_that_is_skipped_whole_leaves_empty_objects(crm: Client) -> None:
    query = "query($no: Boolean!) {companies(limit: 1) {name @include(if: $no) people @skip(if: true) {id}}}"

    assert await crm.data(query, no=False) == {"companies": [{}]}
    assert await crm.data(query, no=True) == {"companies": [{"name": "Acme"}]}
    assert await crm.data("{companies @skip(if: true) {id}}") == {}


async def test_the_same_field_asked_twice_is_merged(crm: Client) -> None:
    found = await crm.data(
        f'{{company(id: "{ACME}") {{people {{firstName}} ...F people {{lastName}}}}}} '
        "fragment F on Company {people {id: firstName notes {title}}}"
    )

    assert found["company"] == {
        "people": [{"firstName": "Alice", "id": "Alice", "notes": [{"title": "Minutes"}], "lastName": "Liddell"}]
    }


async def test_names_of_types_are_told_at_every_level(crm: Client) -> None:
    found = await crm.data(
        f'{{__typename note(id: "{RIDDLE}") {{__typename opportunity {{type: __typename company {{__typename}}}}}}}}'
    )

    assert found["__typename"] == "Query"
    assert found["note"] == {
        "__typename": "Note",
        "opportunity": {"type": "Opportunity", "company": {"__typename": "Company"}},
    }


async def test_the_version_of_the_model_can_be_asked_for(crm: Client) -> None:
    assert await crm.data("{_schemaVersion}") == {"_schemaVersion": crm.snapshot.version}


async def test_the_named_operation_is_run(crm: Client) -> None:
    operation = Operation("query A {__typename} query B {b: __typename}", {}, "B")
    unknown = Operation("query A {__typename}", {}, "C")

    assert await crm.api.answer(crm.snapshot, operation) == {"data": {"b": "Query"}}
    refused = await crm.api.answer(crm.snapshot, unknown)
    assert refused["errors"][0]["message"] == "Unknown operation named 'C'."


async def test_a_person_deleted_is_not_told_by_counting(crm: Client) -> None:
    found = await crm.data(f'{{people(filter: {{id: {{in: ["{GONE_PERSON}", "{ALICE}"]}}}}) {{id}}}}')

    assert found == {"people": [{"id": str(ALICE)}]}
