"""What each kind of field takes, refuses, answers and is filtered by; and that no value makes the server stumble."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armature.metadata.changes import CreateObject, NewField, NewOption
from armature.migrations.workspace.change import change_workspace
from tests.metadata.models import add_field
from tests.support.data_api import Client, DataApi

OPTIONS = tuple(NewOption(value=each) for each in ("RED", "GREEN", "BLUE"))
FIELDS = (
    NewField(name="code", type="TEXT", settings={"maxLength": 5}),
    NewField(name="email", type="EMAIL", is_unique=True),
    NewField(name="phone", type="PHONE", settings={"defaultCountry": "CH"}),
    NewField(name="link", type="LINK"),
    NewField(name="stars", type="RATING"),
    NewField(name="colors", type="MULTI_SELECT", options=OPTIONS),
    NewField(name="tags", type="ARRAY"),
    NewField(name="place", type="POSITION"),
    NewField(name="number", type="AUTO_NUMBER", settings={"start": 1_000}, is_unique=True),
    NewField(name="whatever", type="RAW_JSON"),
    NewField(name="papers", type="FILES", settings={"maxFiles": 2}),
)


@pytest.fixture
async def things(api: DataApi) -> Client:
    return Client(api, await api.workspace([CreateObject(name_singular="thing", fields=FIELDS)]))


async def create(things: Client, **data: Any) -> Any:
    query = "mutation ($data: ThingCreateInput!) {createThing(data: $data) {id %s}}"
    return (await things.data(query % " ".join(data), data=data))["createThing"]


async def refused(things: Client, **data: Any) -> Any:
    """The same words for one record and for several."""
    one = await things.error("mutation ($data: ThingCreateInput!) {createThing(data: $data) {id}}", data=data)
    several = await things.error("mutation ($data: [ThingCreateInput!]!) {createThings(data: $data) {id}}", data=[data])
    assert (one["code"], one["field"]) == (several["code"], several["field"])
    return one


async def found(things: Client, filter: dict[str, Any]) -> list[str]:
    """The codes of those that match."""
    query = "query ($filter: ThingFilterInput!) {things(filter: $filter, orderBy: [{code: ASC}]) {code}}"
    return [each["code"] for each in (await things.data(query, filter=filter))["things"]]


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("code", "åß日本x", "åß日本x"),
        ("email", " Ada.Lovelace@Bücher.EXAMPLE".strip(), "ada.lovelace@bücher.example"),
        ("phone", "044 668 18 00", "+41446681800"),
        ("phone", "+1 (415) 555-2671", "+14155552671"),
        ("link", "HTTPS://example.com/A?b#c", "https://example.com/A?b#c"),
        ("link", "mailto:ada@example.com", "mailto:ada@example.com"),
        ("link", "tel:+41446681800", "tel:+41446681800"),
        ("stars", 5, 5),
        ("colors", ["GREEN", "RED", "GREEN"], ["GREEN", "RED"]),
        ("colors", [], []),
        ("tags", ["b", "a", 'quo"te', "{back\\slash}", "", "NULL"], ["b", "a", 'quo"te', "{back\\slash}", "", "NULL"]),
        ("place", -1.5, -1.5),
    ],
)
async def test_a_value_is_kept_in_its_one_spelling(things: Client, field: str, written: Any, kept: Any) -> None:
    one = await create(things, **{field: written})
    query = "mutation ($data: [ThingCreateInput!]!) {createThings(data: $data) {%s}}"
    several = await things.data(query % field, data=[{field: written} if field != "email" else {}])

    assert one[field] == kept
    assert several["createThings"][0][field] == (kept if field != "email" else None)


@pytest.mark.parametrize(
    ("field", "written", "reason"),
    [
        ("code", "åß日本xx", "at most 5 characters"),
        ("email", "ada", "e-mail address"),
        ("email", "ada@@example.com", "e-mail address"),
        ("email", "a" * 400 + "@example.com", "e-mail address"),
        ("phone", "abc", "telephone number"),
        ("phone", "1", "telephone number"),
        ("phone", "044 668 18 00 ext. 5", "extension"),
        ("phone", "1" * 200, "telephone number"),
        ("link", "javascript:alert(1)", "absolute link"),
        ("link", "example.com", "absolute link"),
        ("link", "https://", "absolute link"),
        ("link", "https://exa mple.com", "absolute link"),
        ("link", "https://example.com\n", "absolute link"),
        ("link", "java\nscript:alert(1)", "absolute link"),
        ("link", "http://[::1", "absolute link"),
        ("link", "http://a:99999999999/", "absolute link"),
        ("stars", 0, "between 1 and 5"),
        ("stars", 6, "between 1 and 5"),
    ],
)
async def test_what_does_not_fit_is_refused_with_the_field(
    things: Client, field: str, written: Any, reason: str
) -> None:
    error = await refused(things, **{field: written})

    assert error["code"] == "BAD_USER_INPUT"
    assert error["field"] == field
    assert reason in error["message"]


async def test_an_equal_value_is_found_however_it_is_spelt(things: Client) -> None:
    await create(things, code="a", email="ada@example.com", phone="+41446681800")

    assert await found(things, {"email": {"eq": "ADA@EXAMPLE.com"}}) == ["a"]
    assert await found(things, {"email": {"in": ["ADA@EXAMPLE.com", "no address"]}}) == ["a"]
    assert await found(things, {"phone": {"eq": "044 668 18 00"}}) == ["a"]
    assert await found(things, {"phone": {"neq": "044 668 18 00"}}) == []
    answer = await things.data('{thingBy(where: {email: "Ada@Example.COM"}) {code}}')
    assert answer == {"thingBy": {"code": "a"}}
    error = await refused(things, email="ADA@example.com")
    assert (error["code"], error["field"]) == ("CONFLICT", "email")


async def test_lists_are_filtered_by_what_they_contain(things: Client) -> None:
    await create(things, code="a", colors=["RED", "BLUE"], tags=["Red wine", "tea"])
    await create(things, code="b", colors=["BLUE"], tags=["100%"])
    await create(things, code="c", colors=[], tags=[])
    await create(things, code="d")

    assert await found(things, {"colors": {"containsAny": ["RED", "GREEN"]}}) == ["a"]
    assert await found(things, {"colors": {"containsAll": ["BLUE"]}}) == ["a", "b"]
    assert await found(things, {"colors": {"containsAll": []}}) == ["a", "b", "c"]
    assert await found(things, {"colors": {"containsAny": []}}) == []
    assert await found(things, {"colors": {"eq": ["BLUE", "RED"]}}) == ["a"]
    assert await found(things, {"colors": {"neq": ["BLUE", "RED"]}}) == ["b", "c", "d"]
    assert await found(things, {"colors": {"isEmpty": True}}) == ["c", "d"]
    assert await found(things, {"colors": {"is": "NULL"}}) == ["d"]
    assert await found(things, {"tags": {"containsAny": ["tea", "100%"]}}) == ["a", "b"]
    assert await found(things, {"tags": {"icontains": "red"}}) == ["a"]
    assert await found(things, {"tags": {"contains": "%"}}) == ["b"]
    assert await found(things, {"not": {"tags": {"icontains": "red"}}}) == ["b", "c", "d"]
    assert await found(things, {"tags": {"eq": ["tea", "Red wine"]}}) == []
    error = await things.ask("{things(filter: {colors: {containsAny: [PINK]}}) {id}}")
    assert "PINK" in error["errors"][0]["message"]


async def test_a_document_is_filtered_by_what_stands_at_a_path(things: Client) -> None:
    await create(things, code="a", whatever={"size": {"min": 2, "max": 10}, "tags": ["x", "Y"]})
    await create(things, code="b", whatever={"size": {"min": "2"}, "tags": None})
    await create(things, code="c")

    def at(*path: str, **operators: Any) -> dict[str, Any]:
        return {"whatever": {"path": {"path": path, **operators}}}

    assert await found(things, at("size", "min", eq=2)) == ["a"]
    assert await found(things, at("size", "min", neq=2)) == ["b", "c"]
    assert await found(things, at("size", "min", gte=1)) == ["a"]
    assert await found(things, at("size", "min", lt="3")) == ["b"]
    assert await found(things, at("tags", "1", istartsWith="y")) == ["a"]
    assert await found(things, at("tags", contains=["x"])) == ["a"]
    assert await found(things, at("size", hasKey="max")) == ["a"]
    assert await found(things, at("tags", **{"is": "NULL"})) == ["b", "c"]
    both = [{"path": ["size", "min"], "eq": 2}, {"path": ["size", "max"], "lt": 20}]
    assert await found(things, {"whatever": {"path": both}}) == ["a"]
    assert await found(things, at("nothing", "there", icontains="a")) == []


async def test_numbers_count_themselves_and_belong_to_nobody(things: Client) -> None:
    one = await create(things, code="a")
    answer = await things.data("mutation {createThings(data: [{}, {}]) {number}}")

    assert [each["number"] for each in answer["createThings"]] == ["1001", "1002"]
    assert (await things.data(f'{{thing(id: "{one["id"]}") {{number}}}}'))["thing"]["number"] == "1000"
    assert (await things.data('{thingBy(where: {number: "1000"}) {code}}'))["thingBy"] == {"code": "a"}
    error = await things.error("mutation {createThing(data: {number: 5}) {id}}")
    assert "number" in error["message"]


async def test_a_position_comes_after_those_before(api: DataApi) -> None:
    place = NewField(name="place", type="POSITION", default_value="last")
    cards = Client(api, await api.workspace([CreateObject(name_singular="card", fields=(place,))]))
    await cards.data("mutation {createCards(data: [{}, {}]) {id}} ")
    await cards.data("mutation {createCard(data: {}) {id}} ")

    rows = (await cards.data("{cards(orderBy: [{place: ASC}]) {id place}}"))["cards"]
    assert [each["id"] for each in rows] == sorted(each["id"] for each in rows)
    assert len({each["place"] for each in rows}) == 3


HOSTILE = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "\x00", "javascript:alert(1)", "a@b.c", "+999999999999999", "1e400", "x" * 5_000]),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.one_of(st.text(max_size=5), st.none(), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.integers(), st.none()), max_size=3),
)


def every_field(value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from([str(each.name) for each in FIELDS]), value, max_size=4)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=every_field(HOSTILE), operator=st.sampled_from(["eq", "in", "contains", "containsAny", "lt", "path", "is"]))
async def test_no_value_makes_the_server_stumble(things: Client, data: dict[str, Any], operator: str) -> None:
    """Whatever is sent, it is kept or refused: `ask` would let any other exception through."""
    narrow = {name: {operator: value} for name, value in data.items()}
    for query, variables in (
        ("mutation ($data: ThingCreateInput!) {createThing(data: $data) {id}}", {"data": data}),
        ("mutation ($data: [ThingCreateInput!]!) {createThings(data: $data) {id}}", {"data": [data, data]}),
        ("query ($filter: ThingFilterInput) {things(filter: $filter, limit: 1) {id}}", {"filter": narrow}),
    ):
        answer = await things.ask(query, **variables)
        codes = {each["extensions"]["code"] for each in answer.get("errors", ())}
        assert codes <= {"BAD_USER_INPUT", "CONFLICT", "LIMIT_EXCEEDED"}, answer
        json.dumps(answer)


async def test_a_new_field_of_each_kind_is_there_at_once(own_crm: Client) -> None:
    changes = [add_field("company", each) for each in FIELDS if each.name != "email"]
    snapshot = await change_workspace(own_crm.api.db, own_crm.snapshot.workspace_id, changes)
    own_crm.api.workspaces.put(snapshot)
    companies = Client(own_crm.api, snapshot)

    rows = (await companies.data("{companies(orderBy: [{number: ASC}]) {number tags stars colors}}"))["companies"]
    assert [each["number"] for each in rows] == ["1000", "1001", "1002"]
    assert rows[0]["tags"] is None


async def test_files_are_what_is_known_of_them(things: Client) -> None:
    picture = {"name": "a.png", "url": "https://example.com/a", "mimeType": "image/png", "size": 5}
    letter = {"name": "b", "url": "https://example.com/b"}
    made = await create(things, papers=[{**picture, "mimeType": "IMAGE/PNG"}, letter])
    assert made["papers"] == [picture, letter]
    await create(things, papers=[letter], code="b")
    assert await found(things, {"papers": {"contains": [{"mimeType": "image/png"}]}}) == [None]
    assert await found(things, {"papers": {"contains": [{"name": "b"}], "neq": [picture, letter]}}) == ["b"]


async def test_what_is_no_file_is_refused_where_it_stands(things: Client) -> None:
    for papers in ([{"name": "a", "url": "javascript:alert(1)"}], [{"name": "a"}], {"name": "a"}, "a", [None]):
        error = await refused(things, papers=papers)
        assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "papers")
    three = [{"name": "a", "url": "https://example.com/a"}] * 3
    assert "at most 2" in str(await refused(things, papers=three))
