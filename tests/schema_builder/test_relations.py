"""What relations answer and take: one-to-one, and of an object with itself."""

import pytest

from tests.schema_builder.conftest import add_library
from tests.support.data_api import Client, DataApi
from tests.support.small_library import BLUE, BYRON, GONE_PASSPORT, GONE_WRITER, MARY, OLD, PERCY, RED


@pytest.fixture
async def library(api: DataApi) -> Client:
    return Client(api, await add_library(api))


# One-to-one


async def test_both_ends_of_a_one_to_one_relation_are_a_record_or_null(library: Client) -> None:
    found = await library.data("{writers {name passport {number holder {name}}} passports {number holder {name}}}")

    assert found["writers"] == [
        {"name": "Mary", "passport": {"number": "R1", "holder": {"name": "Mary"}}},
        {"name": "Percy", "passport": None},
        {"name": "Byron", "passport": None},
    ]
    assert found["passports"] == [
        {"number": "R1", "holder": {"name": "Mary"}},
        {"number": "B2", "holder": None},
        {"number": "O3", "holder": None},
    ]


async def test_both_ends_of_a_one_to_one_relation_filter_and_order(library: Client) -> None:
    found = await library.data(
        '{with: writers(filter: {passport: {number: {eq: "R1"}}}) {name} '
        'deleted: writers(filter: {passport: {number: {eq: "G9"}}}) {name} '
        "without: writers(filter: {not: {passport: {}}}) {name} "
        "ordered: writers(orderBy: [{passport: {number: ASC_NULLS_FIRST}}, {name: ASC}]) {name} "
        'held: passports(filter: {holder: {name: {eq: "Mary"}}}) {number} '
        "back: writers(orderBy: [{passport: {holder: {name: ASC}}}]) {name}}"
    )

    assert {key: [next(iter(each.values())) for each in records] for key, records in found.items()} == {
        "with": ["Mary"],
        "deleted": [],
        "without": ["Percy", "Byron"],
        "ordered": ["Byron", "Percy", "Mary"],
        "held": ["R1"],
        "back": ["Mary", "Percy", "Byron"],
    }


async def test_a_record_has_at_most_one_partner_that_is_not_deleted(library: Client) -> None:
    taken = await library.error(f'mutation {{updatePassport(id: "{OLD}", data: {{holderId: "{MARY}"}}) {{id}}}}')
    back = await library.error(f'mutation {{restorePassport(id: "{GONE_PASSPORT}") {{id}}}}')
    many = await library.error(f'mutation {{createPassports(data: [{{holderId: "{MARY}"}}]) {{id}}}}')

    for error in (taken, back, many):
        assert (error["code"], error["field"]) == ("CONFLICT", "holder")
    assert await library.data(
        f'mutation {{deletePassport(id: "{RED}") {{id}} '
        f'updatePassport(id: "{OLD}", data: {{holder: {{connect: {{id: "{MARY}"}}}}}}) '
        "{holder {passport {number}}}}"
    ) == {"deletePassport": {"id": str(RED)}, "updatePassport": {"holder": {"passport": {"number": "O3"}}}}


async def test_the_key_of_a_one_to_one_relation_addresses_a_record(library: Client) -> None:
    found = await library.data(f'{{passportBy(where: {{holderId: "{MARY}"}}) {{number}}}}')

    assert found == {"passportBy": {"number": "R1"}}


async def test_the_end_without_the_key_has_no_id_of_the_other(library: Client) -> None:
    answer = await library.ask(f'{{writers {{passportId}} writer(id: "{MARY}") {{id}}}}')

    assert "passportId" in answer["errors"][0]["message"]


async def test_destroying_follows_the_rule_of_a_one_to_one_relation(library: Client) -> None:
    await library.data(f'mutation {{destroyWriter(id: "{GONE_WRITER}") {{id}}}}')

    assert await library.data(f'{{passport(id: "{BLUE}") {{id}}}}') == {"passport": None}


# Of an object with itself


async def test_a_self_relation_leads_up_and_down(library: Client) -> None:
    found = await library.data(
        f'{{writer(id: "{PERCY}") {{mentor {{name mentor {{name}}}} pupils {{name mentor {{name}} pupils {{name}}}}}} '
        f'top: writer(id: "{MARY}") {{pupils {{name}}}}}}'
    )

    assert found == {
        "writer": {
            "mentor": {"name": "Mary", "mentor": None},
            "pupils": [{"name": "Byron", "mentor": {"name": "Percy"}, "pupils": []}],
        },
        "top": {"pupils": [{"name": "Percy"}]},
    }


async def test_a_self_relation_filters_and_orders_by_several_levels(library: Client) -> None:
    found = await library.data(
        '{above: writers(filter: {mentor: {mentor: {name: {eq: "Mary"}}}}) {name} '
        'below: writers(filter: {pupils: {some: {pupils: {some: {name: {eq: "Byron"}}}}}}) {name} '
        "top: writers(filter: {mentorId: {is: NULL}}) {name} "
        "ordered: writers(orderBy: [{mentor: {mentor: {name: ASC_NULLS_LAST}}}, {mentor: {name: DESC_NULLS_LAST}}]) "
        "{name}}"
    )

    assert {key: [each["name"] for each in records] for key, records in found.items()} == {
        "above": ["Byron"],
        "below": ["Mary"],
        "top": ["Mary"],
        "ordered": ["Byron", "Percy", "Mary"],
    }


async def test_records_may_lead_to_themselves_and_in_circles(library: Client) -> None:
    await library.data(f'mutation {{updateWriter(id: "{MARY}", data: {{mentorId: "{BYRON}"}}) {{id}}}}')
    own = await library.data(
        f'mutation {{updateWriter(id: "{PERCY}", data: {{mentorId: "{PERCY}"}}) {{mentor {{name}} pupils {{name}}}}}}'
    )

    assert own == {"updateWriter": {"mentor": {"name": "Percy"}, "pupils": [{"name": "Percy"}, {"name": "Byron"}]}}
    found = await library.data(f'{{writer(id: "{MARY}") {{mentor {{mentor {{mentor {{name}}}}}}}}}}')
    assert found == {"writer": {"mentor": {"mentor": {"mentor": {"name": "Percy"}}}}}
