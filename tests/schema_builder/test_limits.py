"""Limits are never silent: what was asked, what is allowed, and the setting that raises it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from armature.core.settings import Settings
from armature.metadata.model import Snapshot
from tests.support.data_api import Client, data_api
from tests.support.small_crm import ACME

SETTINGS = Settings(
    max_depth=4,
    max_aliases=5,
    max_root_fields=3,
    max_tokens=200,
    max_cost=1_000,
    max_conditions=10,
    default_limit=2,
    max_limit=20,
)


@pytest.fixture
async def limited(data_url: str, crm_snapshot: Snapshot) -> AsyncIterator[Client]:
    async with data_api(data_url, SETTINGS) as api:
        yield Client(api, crm_snapshot)


ALIASED = " ".join(f"a{number}: id" for number in range(6))

DEEP = "{...A} fragment A on Query {companies {...B}} fragment B on Company {people {company {people {id}}}}"
MANY = "people(limit: 20) {notes(limit: 20) {id}}"
WRITTEN = "people(limit: 20) {notes(limit: 20) {id} tasks(limit: 20) {id} opportunities(limit: 20) {id}}"

CASES = [
    ("{companies {people {company {people {id}}}}}", "MAX_DEPTH", 4, 5),
    (DEEP, "MAX_DEPTH", 4, 5),
    (f"{{companies {{{ALIASED}}}}}", "MAX_ALIASES", 5, 6),
    ("{companies {...A people {company {...A}}}} fragment A on Company {a: id b: id c: id}", "MAX_ALIASES", 5, 6),
    ("{companies {id} people {id} notes {id} tasks {id}}", "MAX_ROOT_FIELDS", 3, 4),
    ("{...A tasks {id}} fragment A on Query {companies {id} people {id} notes {id}}", "MAX_ROOT_FIELDS", 3, 4),
    ("{companies(limit: 21) {id}}", "MAX_LIMIT", 20, 21),
    ("{companies {people(limit: 21) {id}}}", "MAX_LIMIT", 20, 21),
    ("{companies(limit: 20) {people(limit: 20) {notes(limit: 2) {id}}}}", "MAX_COST", 1_000, 1_220),
    (f"{{a: companies(limit: 2) {{{MANY}}} b: companies(limit: 1) {{{MANY}}}}}", "MAX_COST", 1_000, 1_263),
    (f'mutation {{updateCompany(id: "{ACME}", data: {{}}) {{{WRITTEN}}}}}', "MAX_COST", 1_000, 1_221),
]


@pytest.mark.parametrize(("query", "setting", "limit", "actual"), CASES)
async def test_what_exceeds_a_limit_is_refused_with_the_numbers(
    limited: Client, query: str, setting: str, limit: int, actual: int
) -> None:
    error = await limited.error(query)

    assert error["code"] == "LIMIT_EXCEEDED"
    assert (error["limit"], error["actual"]) == (limit, actual)
    assert error["setting"] == f"ARMATURE_{setting}"
    assert error["setting"] in error["hint"]
    assert f"{actual:,}" in error["message"]


async def test_a_create_shows_no_more_than_was_written_with_it(data_url: str, own_crm: Client) -> None:
    query = "mutation($data: [CompanyCreateInput!]!) {createCompanies(data: $data) {people(limit: 20) {notes {id}}}}"
    data = [{"name": str(at), "people": {"create": [{"lastName": "x"}]}} for at in range(100)]
    async with data_api(data_url, SETTINGS) as api:
        limited = Client(api, own_crm.snapshot)
        made = await limited.data(query, data=data)
        upsert = query.replace("data: $data)", "data: $data, onConflict: {fields: ID})")
        error = await limited.error(upsert, data=[{"name": "x"}] * 100)

    assert made["createCompanies"] == [{"people": [{"notes": []}]}] * 100
    assert (error["setting"], error["actual"]) == ("ARMATURE_MAX_COST", 100 * (1 + 20 * (1 + 2)))


@pytest.mark.parametrize(
    "query",
    [
        "{companies {people {company {name}}}}",
        "{companies {a: id b: id c: id d: id e: id}}",
        "{companies {id} people {id} notes {id}}",
        "{companies(limit: 20) {people(limit: 20) {id}}}",
    ],
)
async def test_what_just_fits_is_answered(limited: Client, query: str) -> None:
    await limited.data(query)


async def test_a_document_of_too_many_tokens_is_not_even_parsed(limited: Client) -> None:
    error = await limited.error(f"{{companies {{{'id ' * 300}}}}}")

    assert (error["code"], error["limit"], error["setting"]) == ("LIMIT_EXCEEDED", 200, "ARMATURE_MAX_TOKENS")


async def test_a_list_without_a_limit_has_as_many_as_the_setting_says(limited: Client) -> None:
    found = await limited.data("{companies {id} people(limit: 20) {id}}")

    assert (len(found["companies"]), len(found["people"])) == (2, 4)


@pytest.mark.parametrize(
    ("variables", "setting", "limit", "actual"),
    [
        ({"n": 21, "m": 1}, "MAX_LIMIT", 20, 21),
        ({"n": 1, "m": 1_000_000}, "MAX_LIMIT", 20, 1_000_000),
        ({"n": 20, "m": 20, "k": 20}, "MAX_COST", 1_000, 8_420),
    ],
)
async def test_limits_that_come_as_variables_are_counted_too(
    limited: Client, variables: dict[str, int], setting: str, limit: int, actual: int
) -> None:
    query = "query($n: Int, $m: Int, $k: Int = 1) {companies(limit: $n) {people(limit: $m) {notes(limit: $k) {id}}}}"

    await limited.data(query, n=1, m=1)
    error = await limited.error(query, **variables)

    assert (error["setting"], error["limit"], error["actual"]) == (f"ARMATURE_{setting}", limit, actual)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"or": [{"name": {"eq": str(number)}} for number in range(20)]}, 20),
        ({"and": [{} for _ in range(20)]}, 20),
        ({"or": [{"people": {"some": {"city": {"eq": "x"}}}} for _ in range(10)]}, 21),
        ({"name": {"neq": "a"}, "or": [{"not": {"employees": {"gt": 1, "lt": 5}}} for _ in range(4)]}, 19),
    ],
)
async def test_a_filter_of_too_many_conditions_is_refused(limited: Client, given: Any, asked: int) -> None:
    error = await limited.error("query($f: CompanyFilterInput) {companies(filter: $f) {id}}", f=given)
    mutation = "mutation($f: CompanyFilterInput!) {deleteCompanies(filter: $f) {count}}"

    assert (error["setting"], error["limit"], error["actual"]) == ("ARMATURE_MAX_CONDITIONS", 10, asked)
    assert (await limited.error(mutation, f=given))["setting"] == "ARMATURE_MAX_CONDITIONS"


async def test_an_order_of_too_many_keys_is_refused(limited: Client) -> None:
    query = "query($o: [PersonOrderByInput!]) {people(orderBy: $o) {id}}"

    assert (await limited.error(query, o=[{"company": {"name": "ASC"}}] * 6))["actual"] == 13


async def test_a_list_of_values_is_one_condition_however_long(limited: Client) -> None:
    query = "query($names: [String!]) {companies(filter: {name: {in: $names}}) {name}}"

    found = await limited.data(query, names=[*map(str, range(50_000)), "Acme"])

    assert found == {"companies": [{"name": "Acme"}]}


async def test_a_bulk_create_may_be_long(own_crm: Client) -> None:
    data = [{"title": str(number)} for number in range(5_000)]

    found = await own_crm.data("mutation($data: [TaskCreateInput!]!) {createTasks(data: $data) {title}}", data=data)

    assert found["createTasks"] == data


# Bombs


@pytest.mark.parametrize("wrap", [lambda f: {"not": f}, lambda f: {"and": [f]}, lambda f: {"or": [{"not": f}]}])
@pytest.mark.parametrize("depth", [50, 500, 5_000])
async def test_a_deeply_nested_filter_is_answered_or_refused(crm: Client, wrap: Any, depth: int) -> None:
    given: Any = {"name": {"eq": "Acme"}}
    for _ in range(depth):
        given = wrap(given)

    answer = await crm.ask("query($f: CompanyFilterInput) {companies(filter: $f) {name}}", f=given)

    if "errors" in answer:
        assert {each["extensions"]["code"] for each in answer["errors"]} <= {"BAD_USER_INPUT", "LIMIT_EXCEEDED"}
    else:
        assert len(answer["data"]["companies"]) in (1, 2)
    assert depth > 50 or "errors" not in answer


@pytest.mark.parametrize("depth", [10, 100, 1_000])
async def test_a_filter_that_goes_to_and_fro_is_answered_or_refused(crm: Client, depth: int) -> None:
    given: Any = {}
    for _ in range(depth):
        given = {"people": {"some": {"company": given}}}

    answer = await crm.ask("query($f: CompanyFilterInput) {companies(filter: $f) {name}}", f=given)

    if "errors" in answer:
        assert {each["extensions"]["code"] for each in answer["errors"]} <= {"BAD_USER_INPUT", "LIMIT_EXCEEDED"}
    assert depth > 10 or answer == {"data": {"companies": [{"name": "Acme"}, {"name": "Teapot 100%"}]}}


@pytest.mark.parametrize(
    ("open_", "close"), [("{not: ", "}"), ("{and: [", "]}"), ("{people: {some: {company: ", "}}}")]
)
@pytest.mark.parametrize("depth", [100, 2_000])
async def test_a_deeply_nested_literal_is_answered_or_refused(crm: Client, open_: str, close: str, depth: int) -> None:
    answer = await crm.ask(f"{{companies(filter: {open_ * depth}{{}}{close * depth}) {{name}}}}")

    assert "data" in answer or answer["errors"][0]["extensions"]["code"] in {"BAD_USER_INPUT", "LIMIT_EXCEEDED"}


async def test_a_deeply_nested_document_is_refused(crm: Client) -> None:
    given: Any = 1
    for _ in range(101):
        given = [given]

    error = await crm.error("query($j: JSON) {companies(filter: {profile: {eq: $j}}) {id}}", j=given)

    assert "at most 100 levels" in error["message"]


async def test_fragments_that_multiply_are_counted_not_expanded(crm: Client) -> None:
    bombs = " ".join(f"fragment A{at} on Company {{...A{at + 1} ...A{at + 1}}}" for at in range(200))

    answer = await crm.ask(f"{{companies {{...A0}}}} {bombs} fragment A200 on Company {{id a: name}}")

    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_fragments_in_a_circle_are_refused(crm: Client) -> None:
    answer = await crm.ask("{companies {...A}} fragment A on Company {...B} fragment B on Company {...A}")

    assert "Cannot spread fragment" in answer["errors"][0]["message"]


async def test_a_document_too_deep_to_be_parsed_exceeds_the_same_limit(data_url: str, crm_snapshot: Snapshot) -> None:
    async with data_api(data_url, Settings()) as api:
        error = await Client(api, crm_snapshot).error("{a" * 3_000 + "}" * 3_000)

    assert (error["code"], error["setting"]) == ("LIMIT_EXCEEDED", "ARMATURE_MAX_DEPTH")
