"""Aggregates: what digits they have, where they are null, how lists are ordered by them."""

import pytest

from armature.metadata.changes import CreateObject, NewField
from tests.support.data_api import Client, DataApi
from tests.support.explain import explained, nodes_of
from tests.support.small_crm import ACME


@pytest.fixture
async def things(api: DataApi) -> Client:
    fields = (
        NewField(name="whole", type="NUMBER", settings={"dataType": "int"}),
        NewField(name="big", type="NUMBER", settings={"dataType": "bigint"}),
        NewField(name="real", type="NUMBER"),
        NewField(name="exact", type="NUMERIC"),
    )
    return Client(api, await api.workspace([CreateObject(name_singular="thing", fields=fields)]))


CREATE = "mutation($data: [ThingCreateInput!]!) {createThings(data: $data) {id}}"


async def test_sums_and_means_lose_no_digit(things: Client) -> None:
    most = {"whole": 2**31 - 1, "big": str(2**63 - 1), "real": 0.5, "exact": "0.10"}
    await things.data(CREATE, data=[most, most, {**most, "real": 1.0, "exact": "0.05"}, {}])

    found = await things.data("{thingsAggregate {sum {whole big real exact} avg {whole big real exact}}}")

    assert found["thingsAggregate"] == {
        "sum": {"whole": "6442450941", "big": "27670116110564327421", "real": 2.0, "exact": "0.25"},
        "avg": {
            "whole": 2147483647.0,
            "big": "9223372036854775807",
            "real": 2 / 3,
            "exact": "0.08333333333333333333",
        },
    }


async def test_a_sum_that_no_float_can_hold_is_refused(things: Client) -> None:
    await things.data(CREATE, data=[{"real": 1.7e308}, {"real": 1.7e308}])

    error = await things.error("{thingsAggregate {sum {real}}}")

    assert (error["code"], error["message"]) == ("BAD_USER_INPUT", "A number is out of range.")


async def test_deleted_records_count_where_they_are_asked_for(crm: Client) -> None:
    found = await crm.data(
        "query($yes: Boolean!) {companiesAggregate {count} all: companiesAggregate(withDeleted: $yes) {count} "
        f'company(id: "{ACME}") {{peopleAggregate(withDeleted: $yes) {{count}}}}}}',
        yes=True,
    )

    assert found == {
        "companiesAggregate": {"count": 3},
        "all": {"count": 4},
        "company": {"peopleAggregate": {"count": 2}},
    }


async def test_only_fields_that_fit_a_function_are_there(crm: Client) -> None:
    for selection, problem in (
        ("sum {name}", "'CompanyAggregateSums'"),
        ("min {profile}", "'CompanyAggregateExtremes'"),
        ("countTrue {employees}", "'CompanyAggregateTruths'"),
        ("sum", "must have a selection of subfields"),
    ):
        error = await crm.error(f"{{companiesAggregate {{{selection}}}}}")
        assert problem in error["message"]


async def test_an_object_without_booleans_counts_none(crm: Client) -> None:
    found = await crm.data('{__type(name: "NoteAggregate") {fields {name}}}')

    assert [each["name"] for each in found["__type"]["fields"]] == [
        "count", "countDistinct", "sum", "avg", "min", "max", "countEmpty", "countNotEmpty", "percentEmpty",
        "percentNotEmpty",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "order",
    ["{peopleAggregate: {count: null}}", "{peopleAggregate: null}", "{opportunitiesAggregate: {sum: null}}"],
)
async def test_an_order_by_nothing_is_refused(crm: Client, order: str) -> None:
    error = await crm.error(f"{{companies(orderBy: [{order}]) {{id}}}}")

    assert error["code"] == "BAD_USER_INPUT"
    assert "exactly one field must be specified" in error["message"].lower() or "null" in error["message"]


async def test_variables_may_hold_an_order_by_an_aggregate(crm: Client) -> None:
    query = (
        "query($o: [CompanyOrderByInput!], $d: OrderDirection!) {a: companies(orderBy: $o) {name} "
        "b: companies(orderBy: {peopleAggregate: {min: {lastName: $d}}}) {name}}"
    )

    found = await crm.data(query, o=[{"peopleAggregate": {"count": "ASC"}}], d="DESC_NULLS_LAST")

    assert [each["name"] for each in found["a"]] == ["cheshire_cats", "Acme", "Teapot 100%"]
    assert [each["name"] for each in found["b"]] == ["Acme", "Teapot 100%", "cheshire_cats"]


async def test_aggregates_of_a_nested_list_are_found_by_the_index_of_its_relation(own_crm: Client) -> None:
    people = f"{own_crm.snapshot.schema}.people"
    async with own_crm.api.db.connection() as connection:
        rows = "SELECT n::text FROM generate_series(1, 5000) n"
        await connection.execute(f"INSERT INTO {people} (last_name) {rows}")
        await connection.execute(f"ANALYZE {people}")
    plan = await explained(own_crm, "{companies {peopleAggregate {count max {lastName}}}}", {})

    (scan,) = (each for each in nodes_of(plan) if each.get("Relation Name") == "people")
    assert "Index" in scan["Node Type"] or "Bitmap" in scan["Node Type"]
    assert scan["Actual Rows"] < 5


async def test_parts_of_composites_are_values_too(api: DataApi) -> None:
    fields = (NewField(name="price", type="CURRENCY"), NewField(name="home", type="ADDRESS"))
    client = Client(api, await api.workspace([CreateObject(name_singular="thing", fields=fields)]))
    await client.data(
        CREATE,
        data=[
            {"price": {"amountMicros": "5", "currencyCode": "EUR"}, "home": {"city": "Oxford"}},
            {"price": {"amountMicros": "7", "currencyCode": "EUR"}},
            {},
        ],
    )

    found = await client.data(
        "{thingsAggregate {sum {priceAmountMicros} countDistinct {priceCurrencyCode} countEmpty {homeCity}} "
        "thingsGroupBy(by: {field: HOME_CITY}, orderBy: {key: {home: {city: DESC_NULLS_LAST}}}) "
        "{key {homeCity} count} "
        "things(distinctOn: PRICE_CURRENCY_CODE) {price {currencyCode}}}"
    )
    error = await client.error("{thingsGroupBy(by: {field: PRICE}) {count}}")

    assert found == {
        "thingsAggregate": {
            "sum": {"priceAmountMicros": "12"},
            "countDistinct": {"priceCurrencyCode": 1},
            "countEmpty": {"homeCity": 2},
        },
        "thingsGroupBy": [
            {"key": {"homeCity": "Oxford"}, "count": 1},
            {"key": {"homeCity": None}, "count": 2},
        ],
        "things": [{"price": {"currencyCode": "EUR"}}, {"price": None}],
    }
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "price")
