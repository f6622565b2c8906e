"""Connections: pages by cursor, in every order, forward and backward; cursors that are none."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings

from armature.core.settings import Settings
from armature.metadata.changes import CreateObject, NewField
from armature.metadata.names import root_name
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.view import ObjectView
from tests.schema_builder.differential import SETTINGS, World, forget, some_world
from tests.schema_builder.test_differential import PATIENT, WORLDS
from tests.support.data_api import Client, DataApi, data_api
from tests.support.explain import explained, nodes_of
from tests.support.small_crm import ACME, ALICE, CHESHIRE, DORMOUSE, GONE, HARE, HATTER, TEAPOT
from tests.support.worlds.choices import Choices, choices
from tests.support.worlds.documents import Document, arguments
from tests.support.worlds.inputs import Inputs

# Walking through pages


@pytest.fixture
async def large_api(migrated_database_url: str) -> AsyncIterator[DataApi]:
    async with data_api(migrated_database_url, SETTINGS) as api:
        yield api


@settings(PATIENT, max_examples=WORLDS or 25)
@given(chance=choices())
async def test_all_pages_together_are_the_list(large_api: DataApi, chance: Choices) -> None:
    world = await some_world(large_api, chance, 40)
    for of in list(world.schema.view)[:2]:
        for _ in range(3):
            await _check_walk(world, chance, of)
    await forget(world)


async def _check_walk(world: World, chance: Choices, of: ObjectView) -> None:
    document = Document(chance, 0)
    document._inside = 1  # no variables: the same arguments are sent several times
    which = Inputs(world.schema.view, world.state, document).which(of)
    query = f"{{all: {root_name('list', of.object)}{arguments({**which, 'limit': 1000})} {{id}}}}"
    ids = [each["id"] for each in (await _asked(world, query, document.given))["all"]]
    size = chance.between(1, 7)
    forward = [page async for page in _pages(world, of, which, "first", "after", size)]
    backward = [page async for page in _pages(world, of, which, "last", "before", size)]

    assert [each for page in forward for each in page] == ids
    assert [each for page in reversed(backward) for each in page] == ids
    assert all(len(page) == size for page in forward[:-1])


async def _pages(
    world: World, of: ObjectView, which: dict[str, Any], count: str, beyond: str, size: int
) -> AsyncIterator[list[str]]:
    cursor = None
    facts = {
        "first": ("hasNextPage", "hasPreviousPage", "endCursor"),
        "last": ("hasPreviousPage", "hasNextPage", "startCursor"),
    }
    ahead, behind, end = facts[count]
    while True:
        given = {**which, count: size, **({beyond: cursor} if cursor else {})}
        query = (
            f"{{page: {root_name('connection', of.object)}{arguments(given)} "
            f"{{edges {{cursor node {{id}}}} pageInfo {{{ahead} {behind} startCursor endCursor}}}}}}"
        )
        page = (await _asked(world, query, {}))["page"]
        cursors = [each["cursor"] for each in page["edges"]]
        info = page["pageInfo"]
        assert [info["startCursor"], info["endCursor"]] == ([cursors[0], cursors[-1]] if cursors else [None, None])
        assert info[behind] is (cursor is not None)
        yield [each["node"]["id"] for each in page["edges"]]
        cursor = info[end]
        if not info[ahead]:
            return


async def _asked(world: World, query: str, variables: Mapping[str, Any]) -> Any:
    answer = await world.api.answer(world.snapshot, Operation(query, variables))
    assert "errors" not in answer, (query, answer)
    return answer["data"]


def ids(page: Any) -> list[str]:
    return [each["id"] for each in page["nodes"]]


async def test_a_page_stays_where_it_is_while_records_come_and_go(own_crm: Client) -> None:
    query = (
        "query($after: String) {peopleConnection(first: 2, after: $after, orderBy: {lastName: ASC}) "
        "{nodes {lastName} pageInfo {endCursor}}}"
    )
    first = (await own_crm.data(query, after=None))["peopleConnection"]
    await own_crm.data(
        'mutation {createPerson(data: {lastName: "Aardvark"}) {id} createPeople(data: [{lastName: "Harf"}]) {id} '
        f'destroyPerson(id: "{HARE}") {{id}}}}'
    )
    second = (await own_crm.data(query, after=first["pageInfo"]["endCursor"]))["peopleConnection"]

    assert [each["lastName"] for each in first["nodes"]] == ["Dormouse", "Hare"]
    assert [each["lastName"] for each in second["nodes"]] == ["Harf", "Hatter"]


async def test_a_window_between_two_cursors_knows_both_sides(crm: Client) -> None:
    found = await crm.data("{peopleConnection(orderBy: {id: DESC}) {edges {cursor node {id}}}}")
    cursors = [each["cursor"] for each in found["peopleConnection"]["edges"]]
    query = (
        "query($after: String, $before: String, $first: Int, $last: Int) {peopleConnection("
        "orderBy: {id: DESC}, after: $after, before: $before, first: $first, last: $last) "
        "{nodes {id} pageInfo {hasNextPage hasPreviousPage} totalCount}}"
    )

    for asked, wanted, has_next, has_previous in (
        ({"after": cursors[0], "before": cursors[3]}, [HARE, HATTER], True, True),
        ({"after": cursors[0]}, [HARE, HATTER, ALICE], False, True),
        ({"before": cursors[3], "last": 1}, [HATTER], True, True),
        ({"before": cursors[3], "last": 3}, [DORMOUSE, HARE, HATTER], True, False),
        ({"first": 0}, [], True, False),
        ({"after": cursors[3], "first": 2}, [], False, True),
        ({"last": 0}, [], False, True),
    ):
        page = (await crm.data(query, **asked))["peopleConnection"]
        assert ids(page) == [str(each) for each in wanted], asked
        assert page["pageInfo"] == {"hasNextPage": has_next, "hasPreviousPage": has_previous}, asked
        assert page["totalCount"] == 4


async def test_a_nested_connection_is_of_its_own_record(crm: Client) -> None:
    found = await crm.data(
        "{companies {peopleConnection(first: 1) {nodes {lastName} totalCount pageInfo {hasNextPage endCursor}}}}"
    )
    pages = [each["peopleConnection"] for each in found["companies"]]
    rest = await crm.data(
        "query($after: String) {companies {peopleConnection(after: $after) "
        "{nodes {lastName} pageInfo {hasPreviousPage}}}}",
        after=pages[1]["pageInfo"]["endCursor"],
    )

    assert [[each["lastName"] for each in page["nodes"]] for page in pages] == [["Liddell"], ["Hatter"], []]
    assert [(page["totalCount"], page["pageInfo"]["hasNextPage"]) for page in pages] == [
        (1, False),
        (2, True),
        (0, False),
    ]
    assert [each["peopleConnection"]["nodes"] for each in rest["companies"]] == [[], [{"lastName": "Hare"}], []]
    assert [each["peopleConnection"]["pageInfo"]["hasPreviousPage"] for each in rest["companies"]] == [
        True,
        True,
        False,
    ]


async def test_a_selection_that_is_skipped_whole_leaves_empty_objects(crm: Client) -> None:
    query = (
        "query($no: Boolean!) {a: companiesConnection {totalCount @include(if: $no)} "
        "b: companiesConnection(first: 1) {edges {cursor @include(if: $no)} nodes {id @include(if: $no)} "
        "pageInfo {hasNextPage @include(if: $no)}} "
        "c: companiesConnection(first: 1) {edges {node {id @include(if: $no)}}}}"
    )

    assert await crm.data(query, no=False) == {
        "a": {},
        "b": {"edges": [{}], "nodes": [{}], "pageInfo": {}},
        "c": {"edges": [{"node": {}}]},
    }


# Deleted records


async def test_deleted_records_are_shown_at_the_level_that_asks_for_them(crm: Client) -> None:
    found = await crm.data(
        "query($yes: Boolean) {companies(withDeleted: $yes) {id} "
        "one: companiesConnection(withDeleted: $yes) {totalCount} "
        f'company(id: "{GONE}", withDeleted: $yes) {{id people {{company {{id}}}}}}}}',
        yes=True,
    )
    hidden = await crm.data("query($yes: Boolean) {companies(withDeleted: $yes) {id}}", yes=False)
    by_default = await crm.data("query($yes: Boolean) {companies(withDeleted: $yes) {id}}")

    assert [each["id"] for each in found["companies"]] == [str(each) for each in (ACME, TEAPOT, CHESHIRE, GONE)]
    assert found["one"] == {"totalCount": 4}
    assert found["company"] == {"id": str(GONE), "people": [{"company": None}]}
    assert hidden == by_default == {"companies": [{"id": str(each)} for each in (ACME, TEAPOT, CHESHIRE)]}


# What can't be answered


def cursor(*parts: Any) -> str:
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


async def _mark(crm: Client, order: str) -> str:
    """The fingerprint that cursors of this order begin with."""
    found = await crm.data(f"{{peopleConnection(first: 1, orderBy: {order}) {{edges {{cursor}}}}}}")
    text = found["peopleConnection"]["edges"][0]["cursor"]
    return str(json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))[0])


@pytest.mark.parametrize(
    "text", ["", "x", "=", "é", "a b", "bnVsbA", "W10", "WzFd", "W1tdXQ", "////", "😀", "A" * 100_000]
)
async def test_what_is_no_cursor_is_refused(crm: Client, text: str) -> None:
    for argument in ("after", "before"):
        error = await crm.error(f"query($c: String) {{peopleConnection({argument}: $c) {{nodes {{id}}}}}}", c=text)
        assert (error["code"], error["field"], error["message"]) == (
            "BAD_USER_INPUT", argument, f"{argument} is not a cursor.",
        )  # fmt: skip


async def test_a_cursor_of_another_order_is_refused(crm: Client) -> None:
    found = await crm.data("{peopleConnection(first: 1, orderBy: {lastName: ASC}) {pageInfo {endCursor}}}")
    end = found["peopleConnection"]["pageInfo"]["endCursor"]

    for other in ("people", "companies"):
        error = await crm.error(f'{{{other}Connection(after: "{end}") {{nodes {{id}}}}}}')
        assert (error["field"], error["message"]) == ("after", "after is a cursor of another order.")


@pytest.mark.parametrize(
    ("order", "values"),
    [
        ("{lastName: ASC}", ["Hare"]),
        ("{lastName: ASC}", ["Hare", "x"]),
        ("{lastName: ASC}", [None, str(ALICE)]),
        ("{lastName: ASC}", [5, str(ALICE)]),
        ("{lastName: ASC}", ["a\x00", str(ALICE)]),
        ("{lastName: ASC}", ["Hare", None]),
        ("{createdAt: ASC}", ["yesterday", str(ALICE)]),
        ("{createdAt: ASC}", [10**30, str(ALICE)]),
        ("{birthday: ASC}", ["2020-02-30", str(ALICE)]),
        ("{company: {employees: DESC}}", [2**31, str(ALICE)]),
        ("{company: {employees: DESC}}", [True, str(ALICE)]),
        ("{company: {annualRecurringRevenueAmountMicros: DESC}}", ["1e400", str(ALICE)]),
        ("{company: {annualRecurringRevenueCurrencyCode: DESC}}", ["XXX", str(ALICE)]),
        ("{company: {annualRecurringRevenueCurrencyCode: DESC}}", [1, str(ALICE)]),
    ],
)
async def test_a_forged_cursor_is_refused(crm: Client, order: str, values: list[Any]) -> None:
    forged = cursor(await _mark(crm, order), *values)

    error = await crm.error(
        f"query($c: String) {{peopleConnection(after: $c, orderBy: {order}) {{nodes {{id}}}}}}", c=forged
    )

    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "after")


async def test_first_and_last_together_are_refused(crm: Client) -> None:
    error = await crm.error("{companiesConnection(first: 1, last: 1) {totalCount}}")

    assert (error["field"], error["message"]) == ("last", "Both first and last are given.")


@pytest.mark.parametrize("argument", ["first", "last"])
async def test_the_size_of_a_page_has_limits(api: DataApi, crm: Client, argument: str) -> None:
    query = f"query($n: Int) {{companiesConnection({argument}: $n) {{totalCount}}}}"

    negative = await crm.error(query, n=-1)
    large = await crm.error(query, n=1_001)

    assert (negative["field"], negative["message"]) == (argument, f"{argument} can't be negative: -1.")
    assert (large["code"], large["setting"]) == ("LIMIT_EXCEEDED", "ARMATURE_MAX_LIMIT")


async def test_pages_count_towards_the_cost(data_url: str, crm: Client) -> None:
    async with data_api(data_url, Settings(max_cost=100)) as api:
        client = Client(api, crm.snapshot)
        error = await client.error(
            "query($n: Int) {companiesConnection(first: $n) {nodes {peopleConnection(first: 20) {nodes {id}}}}}", n=5
        )

    assert (error["setting"], error["actual"]) == ("ARMATURE_MAX_COST", 105)


# Plans


@pytest.fixture
async def many(api: DataApi) -> Client:
    """Five thousand records, half of them of one moment, with an index on their times."""
    fields = (NewField(name="number", type="NUMBER", settings={"dataType": "int"}), NewField(name="text", type="TEXT"))
    client = Client(api, await api.workspace([CreateObject(name_singular="thing", fields=fields)]))
    async with api.db.connection() as connection:
        table = f"{client.snapshot.schema}.things"
        times = "timestamptz '2026-01-01' + least(n, 2500) * interval '1 minute'"
        rows = f"SELECT n % 100, repeat('x', 200), {times} FROM generate_series(1, 5000) n"  # noqa: S608
        await connection.execute(f"INSERT INTO {table} (number, text, created_at) {rows}")
        await connection.execute(f"CREATE INDEX moments ON {table} (created_at, id)")
        await connection.execute(f"ANALYZE {table}")
    return client


@pytest.mark.parametrize(
    "order",
    ["{createdAt: ASC}", "[{createdAt: DESC}, {id: DESC}]", "{createdAt: DESC}", "{id: ASC}", "{id: DESC}"],
)
@pytest.mark.parametrize("ends", [("first", "after", "endCursor"), ("last", "before", "startCursor")])
async def test_a_deep_page_reads_no_more_than_the_first(many: Client, order: str, ends: tuple[str, str, str]) -> None:
    count, beyond, end = ends
    deep = await many.data(f"{{thingsConnection({count}: 1000, orderBy: {order}) {{pageInfo {{{end}}}}}}}")
    query = f"query($c: String) {{thingsConnection({count}: 10, {beyond}: $c, orderBy: {order}) {{nodes {{id}}}}}}"

    first = await _rows_read(many, query, c=None)
    later = await _rows_read(many, query, c=deep["thingsConnection"]["pageInfo"][end])

    assert later <= 2 * first + 20


async def _rows_read(client: Client, query: str, **variables: Any) -> float:
    """How many rows PostgreSQL looks at in the table, and leaves out, to answer."""
    plan = await explained(client, query, variables)
    scans = [each for each in nodes_of(plan) if each.get("Relation Name") == "things"]
    assert scans
    return sum(
        float((each["Actual Rows"] + each.get("Rows Removed by Filter", 0)) * each["Actual Loops"]) for each in scans
    )
