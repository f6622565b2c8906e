"""Groups: by values, by periods and parts of the calendar in any time zone, through relations."""

from typing import Any

import pytest

from armature.core.settings import Settings
from armature.metadata.changes import CreateObject, NewField
from tests.support.data_api import Client, DataApi, data_api
from tests.support.small_crm import GONE_PERSON

MOMENTS = ("2023-12-31T23:30:00Z", "2024-01-01T00:30:00Z", "2024-03-31T00:59:59.999999Z", "2024-10-27T00:30:00Z", None)


@pytest.fixture
async def events(api: DataApi) -> Client:
    fields = (
        NewField(name="at", type="DATE_TIME"),
        NewField(name="day", type="DATE"),
        NewField(name="number", type="NUMBER", settings={"dataType": "int"}),
        NewField(name="text", type="TEXT"),
        NewField(name="yes", type="BOOLEAN"),
    )
    client = Client(api, await api.workspace([CreateObject(name_singular="event", fields=fields)]))
    data = [{"at": at, "day": at and at[:10], "number": number} for number, at in enumerate(MOMENTS)]
    await client.data("mutation($data: [EventCreateInput!]!) {createEvents(data: $data) {id}}", data=data)
    return client


@pytest.mark.parametrize(
    ("granularity", "zone", "keys"),
    [
        ("HOUR", None, ["2023-12-31T23:00", "2024-01-01T00:00", "2024-03-31T00:00", "2024-10-27T00:00"]),
        ("DAY", None, ["2023-12-31T00:00", "2024-01-01T00:00", "2024-03-31T00:00", "2024-10-27T00:00"]),
        ("DAY", "Europe/Berlin", ["2023-12-31T23:00", "2024-03-30T23:00", "2024-10-26T22:00"]),
        ("DAY", "Asia/Kolkata", ["2023-12-31T18:30", "2024-03-30T18:30", "2024-10-26T18:30"]),
        ("WEEK", "UTC", ["2023-12-25T00:00", "2024-01-01T00:00", "2024-03-25T00:00", "2024-10-21T00:00"]),
        ("MONTH", "Europe/Berlin", ["2023-12-31T23:00", "2024-02-29T23:00", "2024-09-30T22:00"]),
        ("QUARTER", "America/New_York", ["2023-10-01T04:00", "2024-01-01T05:00", "2024-10-01T04:00"]),
        ("YEAR", "Europe/Berlin", ["2023-12-31T23:00"]),
        ("YEAR", None, ["2023-01-01T00:00", "2024-01-01T00:00"]),
    ],
)
async def test_periods_begin_by_the_calendar_of_the_time_zone(
    events: Client, granularity: str, zone: str | None, keys: list[str]
) -> None:
    query = (
        "query($g: DateGranularity, $z: String) "
        "{eventsGroupBy(by: [{field: AT, granularity: $g, timeZone: $z}]) {key {at} count}}"
    )
    found = (await events.data(query, g=granularity, z=zone))["eventsGroupBy"]

    assert [each["key"]["at"] for each in found] == [*(f"{key}:00+00:00" for key in keys), None]
    assert sum(each["count"] for each in found) == len(MOMENTS)


@pytest.mark.parametrize(
    ("granularity", "zone", "at", "day"),
    [
        ("DAY_OF_WEEK", "UTC", [1, 7, None], [1, 7, None]),
        ("DAY_OF_WEEK", "Pacific/Honolulu", [6, 7, None], None),
        ("MONTH_OF_YEAR", "Europe/Berlin", [1, 3, 10, None], None),
        ("MONTH_OF_YEAR", "UTC", [1, 3, 10, 12, None], [1, 3, 10, 12, None]),
        ("QUARTER_OF_YEAR", "UTC", [1, 4, None], [1, 4, None]),
    ],
)
async def test_parts_of_the_calendar_are_numbers(
    events: Client, granularity: str, zone: str, at: list[Any], day: list[Any] | None
) -> None:
    found = await events.data(
        f'{{at: eventsGroupBy(by: {{field: AT, granularity: {granularity}, timeZone: "{zone}"}}) {{key {{atPart}}}} '
        f"day: eventsGroupBy(by: {{field: DAY, granularity: {granularity}}}) {{key {{dayPart}}}}}}"
    )

    assert [each["key"]["atPart"] for each in found["at"]] == at
    if day is not None:
        assert [each["key"]["dayPart"] for each in found["day"]] == day


async def test_a_date_stays_a_date(events: Client) -> None:
    found = await events.data(
        "{eventsGroupBy(by: [{field: DAY, granularity: QUARTER}, {field: DAY, granularity: MONTH_OF_YEAR}], "
        "orderBy: {key: {day: DESC_NULLS_LAST}}) {key {day dayPart} count}}"
    )

    assert [(each["key"]["day"], each["key"]["dayPart"], each["count"]) for each in found["eventsGroupBy"]] == [
        ("2024-10-01", 10, 1),
        ("2024-01-01", 3, 1),
        ("2024-01-01", 1, 1),
        ("2023-10-01", 12, 1),
        (None, None, 1),
    ]


async def test_a_time_is_grouped_by_several_granularities(events: Client) -> None:
    found = await events.data(
        "{eventsGroupBy(by: [{field: AT, granularity: YEAR}, {field: AT, granularity: MONTH}, {field: AT, "
        "granularity: DAY_OF_WEEK}, {field: AT, granularity: MONTH_OF_YEAR}, {field: AT}], having: {count: {gt: 0}}, "
        "orderBy: {key: {at: DESC_NULLS_FIRST}}) {key {"
        "at year: at(granularity: YEAR) month: at(granularity: MONTH) "
        "weekday: atPart(granularity: DAY_OF_WEEK) number: atPart(granularity: MONTH_OF_YEAR)}}}"
    )

    def key(at: str, year: str, month: str, weekday: int, number: int) -> dict[str, Any]:
        times = {name: f"{value}:00+00:00" for name, value in (("year", year), ("month", month))}
        return {"at": f"{at}+00:00", **times, "weekday": weekday, "number": number}

    assert [each["key"] for each in found["eventsGroupBy"]] == [
        {"at": None, "year": None, "month": None, "weekday": None, "number": None},
        key("2024-10-27T00:30:00", "2024-01-01T00:00", "2024-10-01T00:00", 7, 10),
        key("2024-03-31T00:59:59.999999", "2024-01-01T00:00", "2024-03-01T00:00", 7, 3),
        key("2024-01-01T00:30:00", "2024-01-01T00:00", "2024-01-01T00:00", 1, 1),
        key("2023-12-31T23:30:00", "2023-01-01T00:00", "2023-12-01T00:00", 7, 12),
    ]


async def test_one_that_comes_as_a_variable_tells_which_is_meant(events: Client) -> None:
    query = (
        "query($g: DateGranularity) {eventsGroupBy(by: [{field: DAY, granularity: YEAR}, {field: DAY, granularity: "
        "MONTH}], limit: 1) {key {day(granularity: $g)}}}"
    )

    for granularity, day in (("YEAR", "2023-01-01"), ("MONTH", "2023-12-01")):
        assert await events.data(query, g=granularity) == {"eventsGroupBy": [{"key": {"day": day}}]}


async def test_groups_are_kept_and_ordered_by_their_aggregates(crm: Client) -> None:
    query = (
        "query($h: PersonHavingInput, $o: [PersonGroupOrderByInput!]) "
        "{peopleGroupBy(by: {company: {field: NAME}}, having: $h, orderBy: $o) {key {company {name}} count}}"
    )

    async def names(having: Any, order: Any = None) -> list[str | None]:
        found = (await crm.data(query, h=having, o=order))["peopleGroupBy"]
        return [each["key"]["company"]["name"] for each in found]

    assert await names({}) == ["Acme", "Teapot 100%", None]
    assert await names(None, [{"count": "DESC"}, {"key": {"company": {"name": "DESC"}}}]) == [
        "Teapot 100%",
        None,
        "Acme",
    ]
    assert await names(None, [{"max": {"lastName": "DESC"}}]) == ["Acme", "Teapot 100%", None]
    assert await names({"count": {"eq": 1}}) == ["Acme", None]
    assert await names({"count": {"neq": "1"}}) == ["Teapot 100%"]
    assert await names({"count": {"in": [1, 7]}, "countEmpty": {"city": {"gt": 0}}}) == [None]
    assert await names({"percentNotEmpty": {"city": {"gte": 50, "lt": 60}}}) == ["Teapot 100%"]
    assert await names({"not": {"count": {"eq": 1}}}) == ["Teapot 100%"]
    assert await names({"or": [{"count": {"gt": 1}}, {"countEmpty": {"city": {"gt": 0}}}]}) == ["Teapot 100%", None]
    assert await names({"or": []}) == []
    assert await names({"and": []}) == ["Acme", "Teapot 100%", None]
    both = {"and": [{"count": {"eq": 1}}, {"not": {"countEmpty": {"city": {"gt": 0}}}}], "count": {"lt": 2}}
    assert await names(both) == ["Acme"]


async def test_records_of_groups_are_narrowed_ordered_and_cut(crm: Client) -> None:
    found = await crm.data(
        "query($n: Int, $m: Int) {peopleGroupBy(by: [{field: COMPANY_ID}], withDeleted: true, limit: 2) {count "
        "first: records(limit: 1, orderBy: {lastName: DESC}) {lastName} "
        "second: records(limit: $n, offset: $m, orderBy: {company: {name: ASC}}) {lastName deletedAt} "
        'some: records(filter: {lastName: {startsWith: "H"}}) {lastName company {name}}}}',
        n=5,
        m=1,
    )
    acme, teapot = found["peopleGroupBy"]

    assert (acme["count"], acme["first"]) == (2, [{"lastName": "Liddell"}])
    assert [each["lastName"] for each in acme["second"]] == ["Girl"]
    assert acme["second"][0]["deletedAt"] is not None
    assert acme["some"] == []
    assert [each["lastName"] for each in teapot["second"]] == ["Hare"]
    assert {each["lastName"]: each["company"]["name"] for each in teapot["some"]} == {
        "Hatter": "Teapot 100%",
        "Hare": "Teapot 100%",
    }


async def test_nothing_makes_no_group(crm: Client) -> None:
    found = await crm.data(f'{{peopleGroupBy(by: {{field: CITY}}, filter: {{id: {{eq: "{GONE_PERSON}"}}}}) {{count}}}}')

    assert found == {"peopleGroupBy": []}


@pytest.mark.parametrize(
    ("arguments", "selection", "field", "message"),
    [
        ("by: []", "count", "by", "by names no field."),
        ("by: {}", "count", "by", "by names no field."),
        ("by: {field: null}", "count", "by", "by names no field."),
        ("by: {granularity: DAY}", "count", "by", "by names no field."),
        ("by: {company: {}}", "count", "by", "by names no field."),
        ("by: {field: CITY, company: {field: NAME}}", "count", "by", "by names no field."),
        ("by: [{field: CITY}, {field: CITY}]", "count", "city", "Records are grouped by city twice."),
        (
            'by: [{field: CREATED_AT, granularity: DAY}, {field: CREATED_AT, granularity: DAY, timeZone: "UTC"}]',
            "count",
            "createdAt",
            "Records are grouped by createdAt twice.",
        ),
        (
            "by: [{field: CREATED_AT, granularity: DAY}, {field: CREATED_AT, granularity: YEAR}]",
            "key {createdAt}",
            "createdAt",
            "Records are grouped by createdAt in several ways.",
        ),
        (
            "by: [{field: CREATED_AT, granularity: DAY}]",
            "key {createdAt(granularity: YEAR)}",
            "createdAt by YEAR",
            "Records are not grouped by createdAt by YEAR.",
        ),
        ("by: {company: {field: PROFILE}}", "count", "profile", "can't be grouped by profile"),
        ("by: {field: CITY, granularity: DAY}", "count", "city", "city is no time: it has no DAY."),
        ("by: {field: BIRTHDAY, granularity: HOUR}", "count", "birthday", "is a date"),
        ('by: {field: CREATED_AT, timeZone: "UTC"}', "count", "createdAt", "takes no timeZone"),
        ('by: {field: BIRTHDAY, granularity: DAY, timeZone: "UTC"}', "count", "birthday", "takes no timeZone"),
        ("by: {field: CITY}", "key {lastName}", "lastName", "Records are not grouped by lastName."),
        ("by: {field: CITY}", "key {company {name}}", "company.name", "not grouped by company.name"),
        ("by: {field: CREATED_AT, granularity: DAY}", "key {createdAtPart}", "createdAtPart", "not grouped by"),
        ("by: {field: CITY}, orderBy: {key: {lastName: ASC}}", "count", "lastName", "not grouped by lastName"),
        ("by: {field: CITY}, orderBy: {key: {company: {name: ASC}}}", "count", "company.name", "not grouped by"),
        ("by: {field: CITY}, having: {or: [{not: {count: {gt: null}}}]}", "count", "gt", "is null"),
        ("by: {field: CITY}, having: {not: null}", "count", "not", "is null"),
        ("by: {field: CITY}, having: {count: null}", "count", "count", "is null"),
        ("by: {field: CITY}, having: {countDistinct: {city: {gt: null}}}", "count", "gt", "is null"),
        ("by: {field: CITY}, limit: -1", "count", "limit", "can't be negative"),
        ("by: {field: CITY}", "records(limit: -1) {id}", "limit", "can't be negative"),
    ],
)
async def test_what_cannot_be_grouped_is_refused(
    crm: Client, arguments: str, selection: str, field: str, message: str
) -> None:
    error = await crm.error(f"{{peopleGroupBy({arguments}) {{{selection}}}}}")

    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)
    assert message in error["message"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "'; DROP TABLE people", '"', "x" * 5_000, "Europe/Berlin\n"])
async def test_a_time_zone_that_is_none_is_refused_even_without_records(crm: Client, zone: str) -> None:
    query = (
        "query($z: String) {peopleGroupBy(by: {field: CREATED_AT, granularity: DAY, timeZone: $z}, "
        'filter: {lastName: {eq: "nobody"}}) {count}}'
    )
    error = await crm.error(query, z=zone)

    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "timeZone")
    assert zone[:100] in error["message"]


async def test_groups_and_their_records_count_towards_the_cost(data_url: str, crm: Client) -> None:
    async with data_api(data_url, Settings(max_cost=1_000)) as api:
        client = Client(api, crm.snapshot)
        error = await client.error(
            "query($n: Int) {peopleGroupBy(by: {field: CITY}, limit: $n) {records(limit: 10) {notes(limit: 10) {id}}}}",
            n=10,
        )

    assert (error["setting"], error["actual"]) == ("ARMATURE_MAX_COST", 10 * (1 + 10 * (1 + 10)))


async def test_times_at_the_ends_of_the_calendar_are_grouped(events: Client) -> None:
    data = [{"at": "0001-01-01T00:00:00Z"}, {"at": "9999-12-31T23:59:59.999999Z"}]
    await events.data("mutation($data: [EventCreateInput!]!) {createEvents(data: $data) {id}}", data=data)
    for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Honolulu"):
        for granularity in ("HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "DAY_OF_WEEK", "MONTH_OF_YEAR"):
            found = await events.data(
                f'{{eventsGroupBy(by: {{field: AT, granularity: {granularity}, timeZone: "{zone}"}}) {{count}}}}'
            )
            assert sum(each["count"] for each in found["eventsGroupBy"]) == len(MOMENTS) + 2
