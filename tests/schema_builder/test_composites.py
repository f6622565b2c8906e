"""Fields of several parts: written whole or by part, shown as one value, filtered and ordered by each part."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armature.metadata.changes import CreateObject, NewField
from armature.metadata.kinds import FIELD_KINDS
from tests.metadata.models import add_field, delete_field, restore_field, text, update_field
from tests.migrations.living import Living
from tests.schema_builder.test_kinds import HOSTILE
from tests.support.data_api import Client, DataApi

FIELDS = (
    NewField(name="name", type="FULL_NAME", is_nullable=False),
    NewField(name="address", type="ADDRESS"),
    NewField(name="revenue", type="CURRENCY", default_value={"currencyCode": "chf"}),
    NewField(name="links", type="LINKS"),
    NewField(name="emails", type="EMAILS", is_unique=True),
    NewField(name="phones", type="PHONES", settings={"defaultCountry": "CH"}),
    NewField(name="owner", type="ACTOR"),
    NewField(name="about", type="RICH_TEXT"),
)
CREATE = "mutation ($data: FriendCreateInput!) {createFriend(data: $data) {id}}"
CREATE_MANY = "mutation ($data: [FriendCreateInput!]!) {createFriends(data: $data) {id}}"
FIND = """query ($filter: FriendFilterInput) {
  friends(filter: $filter, orderBy: {name: {firstName: ASC}}) {name {firstName}}
}"""
ADA = {"firstName": "Ada", "lastName": "King"}


@pytest.fixture
async def friends(api: DataApi) -> Client:
    return Client(api, await api.workspace([CreateObject(name_singular="friend", fields=FIELDS)]))


async def create(friends: Client, shown: str, **data: Any) -> Any:
    """The same for one record and for several; the unique e-mail address only once."""
    query = f"mutation ($data: FriendCreateInput!) {{createFriend(data: $data) {{id {shown}}}}}"
    one = (await friends.data(query, data={"name": ADA, **data}))["createFriend"]
    several = {key: value for key, value in data.items() if key != "emails"}
    query = f"mutation ($data: [FriendCreateInput!]!) {{createFriends(data: $data) {{id {shown}}}}}"
    (other,) = (await friends.data(query, data=[{"name": ADA, **several}]))["createFriends"]
    if "emails" not in data:
        assert {**other, "id": one["id"]} == one
    return one


@pytest.mark.parametrize(
    ("field", "written", "shown", "kept"),
    [
        ("name", {"firstName": "Ada"}, "firstName lastName", {"firstName": "Ada", "lastName": None}),
        (
            "address",
            {"city": "Zürich", "lat": 47.4},
            "street1 city lat",
            {"street1": None, "city": "Zürich", "lat": 47.4},
        ),
        ("address", {"city": "Rome"}, "town: city __typename", {"town": "Rome", "__typename": "AddressValue"}),
        (
            "address",
            {"country": "ch", "lat": -90, "lng": 180},
            "country lat lng",
            {"country": "CH", "lat": -90, "lng": 180},
        ),
        ("address", {"country": "Österreich"}, "country", {"country": "Österreich"}),
        ("owner", {"source": "API", "name": "Robot"}, "source name", {"source": "API", "name": "Robot"}),
        (
            "phones",
            {"primaryPhoneNumber": "+1 613 555 0123", "primaryPhoneCountryCode": "US", "primaryPhoneCallingCode": "1"},
            "primaryPhoneCountryCode primaryPhoneCallingCode",
            {"primaryPhoneCountryCode": "US", "primaryPhoneCallingCode": "+1"},
        ),
        ("address", {}, "city", None),
        ("address", None, "city", None),
        (
            "revenue",
            {"amountMicros": "9007199254740993"},
            "amountMicros currencyCode",
            {"amountMicros": "9007199254740993", "currencyCode": "CHF"},
        ),
        ("revenue", {"currencyCode": "eur"}, "currencyCode", {"currencyCode": "EUR"}),
        (
            "links",
            {"primaryLinkUrl": "https://a.b", "secondaryLinks": [{"url": "mailto:a@b.c"}]},
            "primaryLinkUrl secondaryLinks",
            {"primaryLinkUrl": "https://a.b", "secondaryLinks": [{"url": "mailto:a@b.c", "label": None}]},
        ),
        (
            "emails",
            {"primaryEmail": "ADA@example.com", "additionalEmails": ["B@example.com", "b@example.com"]},
            "primaryEmail additionalEmails",
            {"primaryEmail": "ada@example.com", "additionalEmails": ["b@example.com"]},
        ),
        (
            "phones",
            {"primaryPhoneNumber": "044 668 18 00", "additionalPhones": [{"number": "+1 415 555 2671"}]},
            "primaryPhoneNumber primaryPhoneCountryCode primaryPhoneCallingCode additionalPhones",
            {
                "primaryPhoneNumber": "+41446681800",
                "primaryPhoneCountryCode": "CH",
                "primaryPhoneCallingCode": "+41",
                "additionalPhones": [{"number": "+14155552671", "callingCode": "+1", "countryCode": "US"}],
            },
        ),
        (
            "about",
            {"markdown": "> a & b\n<img src=x onerror=alert(1)><script>alert(1)</script> <https://a.b?c=d>"},
            "markdown",
            {"markdown": '> a & b\n<img src="x"> https://a.b?c=d'},
        ),
    ],
)
async def test_a_composite_is_kept_part_by_part(
    friends: Client, field: str, written: Any, shown: str, kept: Any
) -> None:
    assert (await create(friends, f"{field} {{{shown}}}", **{field: written}))[field] == kept


@pytest.mark.parametrize(
    ("field", "written", "path", "reason"),
    [
        ("revenue", {"currencyCode": "XYZ"}, ["revenue", "currencyCode"], "ISO 4217"),
        ("links", {"primaryLinkUrl": "javascript:alert(1)"}, ["links", "primaryLinkUrl"], "absolute link"),
        ("links", {"secondaryLinks": [{"url": "javascript:x"}]}, ["links", "secondaryLinks"], "absolute link"),
        ("links", {"secondaryLinks": {"url": "https://a.b"}}, ["links", "secondaryLinks"], "a list"),
        ("emails", {"additionalEmails": ["nobody"]}, ["emails", "additionalEmails"], "e-mail address"),
        ("phones", {"primaryPhoneNumber": "1"}, ["phones", "primaryPhoneNumber"], "telephone number"),
        ("phones", {"primaryPhoneCountryCode": "XX"}, ["phones", "primaryPhoneCountryCode"], "ISO 3166"),
        ("phones", {"primaryPhoneCallingCode": "+999"}, ["phones", "primaryPhoneCallingCode"], "calling code"),
        ("phones", {"primaryPhoneCountryCode": "DE"}, ["phones", "primaryPhoneCountryCode"], "primaryPhoneNumber"),
        (
            "phones",
            {"primaryPhoneNumber": None, "primaryPhoneCallingCode": "+41"},
            ["phones", "primaryPhoneCallingCode"],
            "primaryPhoneNumber",
        ),
        (
            "phones",
            {"primaryPhoneNumber": "044 668 18 00", "primaryPhoneCountryCode": "DE"},
            ["phones", "primaryPhoneCountryCode"],
            "the country of +41446681800, CH",
        ),
        (
            "phones",
            {"primaryPhoneNumber": "044 668 18 00", "primaryPhoneCallingCode": "49"},
            ["phones", "primaryPhoneCallingCode"],
            "the calling code of +41446681800, +41",
        ),
        (
            "phones",
            {"primaryPhoneNumber": "1", "primaryPhoneCallingCode": "49"},
            ["phones", "primaryPhoneNumber"],
            "telephone number",
        ),
        ("address", {"lat": 90.1}, ["address", "lat"], "between -90 and 90"),
        ("address", {"lng": -181}, ["address", "lng"], "between -180 and 180"),
        ("address", {"country": "ZZ"}, ["address", "country"], "ISO 3166"),
        ("owner", {"source": "EMAIL"}, ["owner", "source"], "one of MANUAL, API, SYSTEM"),
        ("name", {"firstName": None}, ["name", "firstName"], "required"),
        ("name", {"lastName": "King"}, ["name", "firstName"], "required"),
        ("name", None, ["name"], ""),
    ],
)
async def test_what_is_wrong_with_a_part_is_told_with_its_path(
    friends: Client, field: str, written: Any, path: list[str], reason: str
) -> None:
    data = {"name": ADA, field: written}
    one = await friends.error("mutation ($data: FriendCreateInput!) {createFriend(data: $data) {id}}", data=data)
    several = await friends.error(
        "mutation ($data: [FriendCreateInput!]!) {createFriends(data: $data) {id}}", data=[data]
    )

    for error in (one, several):
        assert error["code"] == "BAD_USER_INPUT"
        assert reason in error["message"]
    if written is not None:
        assert one["inputPath"] == ["data", *path]
        assert several["inputPath"] == ["data", 0, *path]


async def test_an_update_changes_the_parts_it_names(friends: Client) -> None:
    made = await create(
        friends, "", address={"city": "Rome", "country": "IT"}, phones={"primaryPhoneNumber": "+41446681800"}
    )
    query = (
        f'mutation ($data: FriendUpdateInput!) {{updateFriend(id: "{made["id"]}", data: $data) '
        "{name {lastName} address {city country} phones {primaryPhoneCountryCode}}}"
    )

    found = await friends.data(
        query,
        data={
            "name": {"lastName": None},
            "address": {"city": "Bern"},
            "phones": {"primaryPhoneNumber": "+16135550123"},
        },
    )
    assert found["updateFriend"] == {
        "name": {"lastName": None},
        "address": {"city": "Bern", "country": "IT"},
        "phones": {"primaryPhoneCountryCode": "CA"},
    }
    found = await friends.data(query, data={"address": None, "phones": {"primaryPhoneNumber": None}})
    assert found["updateFriend"]["address"] is None
    assert found["updateFriend"]["phones"] is None


async def test_a_composite_is_filtered_and_ordered_by_its_parts(friends: Client) -> None:
    for first, city in (("Cleo", "Rome"), ("Ada", None), ("Bob", "Bern")):
        await friends.data(
            CREATE,
            data={"name": {"firstName": first}, "address": {"city": city}},
        )

    async def found(condition: Any) -> list[str]:
        return [each["name"]["firstName"] for each in (await friends.data(FIND, filter=condition))["friends"]]

    assert await found({}) == ["Ada", "Bob", "Cleo"]
    assert await found({"address": {"is": "NULL"}}) == ["Ada"]
    assert await found({"address": {"is": "NOT_NULL"}}) == ["Bob", "Cleo"]
    assert await found({"address": {"city": {"startsWith": "R"}}}) == ["Cleo"]
    assert await found({"not": {"address": {"city": {"eq": "Rome"}}}}) == ["Ada", "Bob"]
    assert await found({"name": {"firstName": {"neq": "Ada"}}, "address": {"city": {"in": ["Rome", "Bern"]}}}) == [
        "Bob",
        "Cleo",
    ]
    error = await friends.error("{friends(filter: {address: {city: null}}) {id}}")
    assert error["code"] == "BAD_USER_INPUT"


async def test_a_unique_composite_addresses_a_record_by_its_primary_part(friends: Client) -> None:
    await create(friends, "", emails={"primaryEmail": "ada@example.com"})

    found = await friends.data('{friendBy(where: {emails: "ADA@example.com"}) {emails {primaryEmail}}}')
    assert found == {"friendBy": {"emails": {"primaryEmail": "ada@example.com"}}}
    error = await friends.error(
        'mutation {createFriend(data: {name: {firstName: "X"}, emails: {primaryEmail: "Ada@example.com"}}) {id}}'
    )
    assert (error["code"], error["inputPath"]) == ("CONFLICT", ["data", "emails", "primaryEmail"])
    updated = await friends.data(
        'mutation {createFriend(data: {name: {firstName: "X"}, emails: {primaryEmail: "ada@example.com"}}, '
        "onConflict: {fields: [EMAILS], update: [NAME]}) {name {firstName lastName}}}"
    )
    assert updated["createFriend"]["name"] == {"firstName": "X", "lastName": "King"}


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
async def test_no_part_makes_the_server_stumble(friends: Client, data: st.DataObject) -> None:
    written: dict[str, Any] = {}
    for name in data.draw(st.sets(st.sampled_from([str(each.name) for each in FIELDS]), max_size=3)):
        kind = next(FIELD_KINDS[each.type] for each in FIELDS if each.name == name)
        written[name] = data.draw(
            st.one_of(HOSTILE, st.dictionaries(st.sampled_from([*kind.parts]), HOSTILE, max_size=3))
        )
    for query, variables in (
        (CREATE, {"data": {"name": ADA, **written}}),
        (
            "mutation ($data: [FriendCreateInput!]!) {createFriends(data: $data) {id}}",
            {"data": [written, {"name": ADA}]},
        ),
        (FIND, {"filter": written}),
    ):
        answer = await friends.ask(query, **variables)
        codes = {each["extensions"]["code"] for each in answer.get("errors", ())}
        assert codes <= {"BAD_USER_INPUT", "CONFLICT", "LIMIT_EXCEEDED"}, answer


async def test_a_composites_columns_come_go_and_return_together(own_crm: Client) -> None:
    crm = Living(own_crm.api.db, own_crm.snapshot)
    await crm.change(add_field("company", NewField(name="boss", type="FULL_NAME", default_value={"firstName": "B"})))
    assert {"boss_first_name", "boss_last_name"} <= await crm.columns("companies")
    assert set(await crm.run("SELECT boss_first_name, boss_last_name FROM {}.companies")) == {("B", None)}
    await crm.assert_healthy()

    await crm.change(update_field("company", "boss", is_nullable=False, default_value={"lastName": "L"}))
    await crm.assert_healthy()
    await crm.change(delete_field("company", "boss"))
    await crm.assert_healthy()
    await crm.change(add_field("company", text("bossFirstName")))
    assert crm.object("company").kept_fields["bossFirstName"].column == "boss_first_name__2"
    await crm.change(restore_field("company", "boss"))
    await crm.assert_healthy()
    own_crm.api.workspaces.put(crm.snapshot)
    found = await Client(own_crm.api, crm.snapshot).data("{companies(limit: 1) {boss {firstName}}}")
    assert found["companies"] == [{"boss": {"firstName": "B"}}]


async def test_a_merge_takes_a_composite_whole(friends: Client) -> None:
    kept = await create(friends, "", about={"markdown": "Kept"})
    other = await create(friends, "", address={"city": "Rome"}, about={"markdown": "Other", "blocks": [{"type": "a"}]})

    found = await friends.data(
        "mutation ($ids: [ID!]!) {mergeFriends(ids: $ids) {address {city} about {markdown blocks}}}",
        ids=[kept["id"], other["id"]],
    )
    assert found["mergeFriends"] == {"address": {"city": "Rome"}, "about": {"markdown": "Kept", "blocks": None}}
