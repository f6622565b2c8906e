"""`distinctOn`: one record for each value."""

import pytest

from tests.support.data_api import Client


async def test_the_order_says_which_record_of_each_value_is_shown(crm: Client) -> None:
    query = (
        "query($o: [PersonOrderByInput!], $on: [PersonFieldName!]) {people(distinctOn: $on, orderBy: $o) {lastName}}"
    )

    async def names(on: list[str] | None, *order: dict[str, str]) -> list[str]:
        return [each["lastName"] for each in (await crm.data(query, on=on, o=[*order]))["people"]]

    company, last = {"companyId": "ASC_NULLS_FIRST"}, {"lastName": "DESC"}
    assert await names(["COMPANY_ID"], company, last) == ["Liddell", "Hatter", "Dormouse"]
    assert await names(["COMPANY_ID"], company, {"lastName": "ASC"}) == ["Liddell", "Hare", "Dormouse"]
    assert await names(["COMPANY_ID"]) == ["Liddell", "Hatter", "Dormouse"]
    assert await names(["LAST_NAME", "COMPANY_ID"], company, last) == ["Liddell", "Hatter", "Hare", "Dormouse"]
    assert await names(["COMPANY_ID", "COMPANY_ID"], company, last) == ["Liddell", "Hatter", "Dormouse"]
    assert await names([], last) == await names(None, last) == ["Liddell", "Hatter", "Hare", "Dormouse"]


@pytest.mark.parametrize(
    ("arguments", "field", "message"),
    [
        (
            "distinctOn: CITY, orderBy: {lastName: ASC}",
            "orderBy",
            "orderBy must begin with the fields of distinctOn: CITY.",
        ),
        ("distinctOn: [CITY, LAST_NAME], orderBy: {city: ASC}", "orderBy", "must begin with"),
        ("distinctOn: CITY, orderBy: [{company: {addressCity: ASC}}]", "orderBy", "must begin with"),
        ("distinctOn: CITY, orderBy: [{notesAggregate: {count: ASC}}]", "orderBy", "must begin with"),
    ],
)
async def test_an_order_that_does_not_fit_is_refused(crm: Client, arguments: str, field: str, message: str) -> None:
    error = await crm.error(f"{{people({arguments}) {{id}}}}")

    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)
    assert message in error["message"]


async def test_what_has_no_order_can_not_be_told_apart(crm: Client) -> None:
    error = await crm.error("{companies(distinctOn: PROFILE) {id}}")

    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "profile")
