"""Rollups through the data API: computed of what is in sight, wherever a value can be asked for."""

from typing import Any, get_args

import pytest

from armature.metadata.changes import (
    Change,
    CreateRole,
    NewField,
    SetFieldPermission,
    SetObjectPermission,
)
from armature.metadata.rights import Right
from tests.metadata.models import add_field, add_object, many_to_many, select, text, to_one
from tests.metadata.test_rollups import rollup
from tests.support.data_api import Client, DataApi

WON = {"stage": {"eq": "WON"}}


def number(name: str, held: str = "int") -> NewField:
    return NewField(name=name, type="NUMBER", settings={"dataType": held})


MODEL: tuple[Change, ...] = (
    add_object("team", text("name")),
    add_object("firm", text("name"), to_one("team", "team", "firms")),
    add_object("deal", text("name"), number("size"), select("stage", "NEW", "WON"), to_one("firm", "firm", "deals")),
    add_object("tag", text("name"), many_to_many("firms", "firm", "tags")),
    add_field("firm", rollup("dealCount", "deals")),
    add_field("firm", rollup("won", "deals", "SUM", "size", filter=WON)),
    add_field("firm", rollup("largest", "deals", "MAX", "size")),
    add_field("firm", rollup("tagCount", "tags")),
    add_field("team", rollup("won", "firms", "SUM", "won")),
    add_field("team", rollup("busy", "firms", "COUNT", filter={"dealCount": {"gte": 2}})),
    add_field("tag", rollup("deals", "firms", "SUM", "dealCount")),
)

TEAMS = """mutation {
  red: createTeam(data: {name: "Red", firms: {create: [
    {name: "Acme", deals: {create: [
        {name: "a", size: 1, stage: WON}, {name: "b", size: 5, stage: NEW}, {name: "c", size: 3, stage: WON}]},
      tags: {create: [{name: "old"}, {name: "big"}]}},
    {name: "Bolt", deals: {create: [{name: "d", size: 9, stage: NEW}]}}]}}) {id}
  blue: createTeam(data: {name: "Blue", firms: {create: [{name: "Core"}]}}) {id}
  gone: createDeal(data: {name: "gone", size: 100, stage: WON}) {id}
}"""


@pytest.fixture
async def firms(api: DataApi) -> Client:
    client = Client(api, await api.workspace(MODEL))
    made = await client.data(TEAMS)
    acme = (await client.data('{firms(filter: {name: {eq: "Acme"}}) {id}}'))["firms"][0]["id"]
    move = "mutation($id: ID!, $to: ID!) {updateDeal(id: $id, data: {firmId: $to}) {id} deleteDeal(id: $id) {id}}"
    await client.data(move, id=made["gone"]["id"], to=acme)
    return client


async def asked(client: Client, query: str, **variables: Any) -> Any:
    (found,) = (await client.data(query, **variables)).values()
    return found


async def test_rollups_of_rollups_of_what_is_hidden_do_not_exist(firms: Client) -> None:
    changed = await firms.change(
        CreateRole(name="clerk", rights=("READ",)),
        SetFieldPermission(role="clerk", object="deal", field="size", may_read=False),
        CreateRole(name="visitor", rights=("READ",)),
        SetFieldPermission(role="visitor", object="deal", field="firm", may_read=False),
    )
    clerk, visitor = changed.acting_as("clerk"), changed.acting_as("visitor")

    for query in ("{firms {won}}", "{teams {won}}", "{teams(filter: {won: {gt: 1}}) {id}}"):
        error = await clerk.error(query)
        assert error["code"] == "BAD_USER_INPUT"
    assert "won" not in str(await clerk.data('{__type(name: "Team") {fields {name}}}'))
    assert len((await clerk.data("{teams {busy} tags {deals}}"))["teams"]) == 2

    for query in ("{firms {dealCount}}", "{teams {busy}}", "{tags {deals}}"):
        assert (await visitor.error(query))["code"] == "BAD_USER_INPUT"


async def test_rollups_are_shown_of_what_is_in_sight(firms: Client) -> None:
    assert await asked(firms, "{firms(orderBy: {name: ASC}) {name dealCount won largest tagCount}}") == [
        {"name": "Acme", "dealCount": 3, "won": "4", "largest": 5, "tagCount": 2},
        {"name": "Bolt", "dealCount": 1, "won": None, "largest": 9, "tagCount": 0},
        {"name": "Core", "dealCount": 0, "won": None, "largest": None, "tagCount": 0},
    ]


async def test_rollups_of_rollups_and_across_many_to_many_relations(firms: Client) -> None:
    assert await asked(firms, "{teams(orderBy: {name: ASC}) {name won busy firms {name dealCount}}}") == [
        {"name": "Blue", "won": None, "busy": 0, "firms": [{"name": "Core", "dealCount": 0}]},
        {
            "name": "Red",
            "won": "4",
            "busy": 1,
            "firms": [{"name": "Acme", "dealCount": 3}, {"name": "Bolt", "dealCount": 1}],
        },
    ]
    assert await asked(firms, "{tags {deals}}") == [{"deals": "3"}, {"deals": "3"}]


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ("{dealCount: {gte: 1}}", ["Acme", "Bolt"]),
        ("{won: {is: NULL}}", ["Bolt", "Core"]),
        ('{not: {won: {eq: "4"}}}', ["Bolt", "Core"]),
        ("{team: {busy: {eq: 1}}}", ["Acme", "Bolt"]),
        ("{tags: {some: {deals: {gt: 2}}}, largest: {in: [5, 9]}}", ["Acme"]),
    ],
)
async def test_rollups_filter(firms: Client, filter: str, names: list[str]) -> None:
    found = await asked(firms, f"{{firms(filter: {filter}, orderBy: {{name: ASC}}) {{name}}}}")

    assert [each["name"] for each in found] == names


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("{dealCount: DESC}", ["Acme", "Bolt", "Core"]),
        ("[{won: ASC_NULLS_FIRST}, {name: DESC}]", ["Core", "Bolt", "Acme"]),
        ("{largest: DESC_NULLS_LAST}", ["Bolt", "Acme", "Core"]),
        ("[{team: {won: DESC_NULLS_LAST}}, {tagCount: ASC}]", ["Bolt", "Acme", "Core"]),
    ],
)
@pytest.mark.parametrize("filter", ["{}", '{name: {neq: "x"}}'])
async def test_rollups_order(firms: Client, order: str, filter: str, names: list[str]) -> None:
    found = await asked(firms, f"{{firms(filter: {filter}, orderBy: {order}) {{name}}}}")

    assert [each["name"] for each in found] == names


async def test_pages_by_a_rollup(firms: Client) -> None:
    query = """query($after: String) {
      firmsConnection(first: 1, after: $after, orderBy: [{won: DESC_NULLS_LAST}, {name: ASC}]) {
        nodes {name won} pageInfo {endCursor hasNextPage}}}"""
    names, after = [], None
    while True:
        page = await asked(firms, query, after=after)
        names += [each["name"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert names == ["Acme", "Bolt", "Core"]


async def test_rollups_are_aggregated_grouped_by_and_told_apart(firms: Client) -> None:
    assert await asked(firms, "{firmsAggregate {sum {dealCount won} max {largest} countEmpty {won}}}") == {
        "sum": {"dealCount": "4", "won": "4"},
        "max": {"largest": 9},
        "countEmpty": {"won": 2},
    }
    groups = "{firmsGroupBy(by: [{field: TAG_COUNT}], orderBy: [{key: {tagCount: DESC}}]) \
      {key {tagCount} count max {dealCount} records {name}}}"
    assert await asked(firms, groups) == [
        {"key": {"tagCount": 2}, "count": 1, "max": {"dealCount": 3}, "records": [{"name": "Acme"}]},
        {"key": {"tagCount": 0}, "count": 2, "max": {"dealCount": 1}, "records": [{"name": "Bolt"}, {"name": "Core"}]},
    ]
    distinct = "{firms(distinctOn: [TAG_COUNT], orderBy: [{tagCount: ASC}, {name: DESC}]) {name}}"
    assert await asked(firms, distinct) == [{"name": "Core"}, {"name": "Acme"}]


async def test_records_that_lead_to_none_are_not_grouped_with_those_that_count_none(firms: Client) -> None:
    await firms.data('mutation {createDeal(data: {name: "Z"}) {id}}')
    groups = "{dealsGroupBy(by: {firm: {field: TAG_COUNT}}) {key {firm {tagCount}} count records {name}}}"

    assert await asked(firms, groups) == [
        {"key": {"firm": {"tagCount": 0}}, "count": 1, "records": [{"name": "d"}]},
        {"key": {"firm": {"tagCount": 2}}, "count": 3, "records": [{"name": "a"}, {"name": "b"}, {"name": "c"}]},
        {"key": {"firm": {"tagCount": None}}, "count": 1, "records": [{"name": "Z"}]},
    ]


async def test_a_write_shows_its_own_effect_in_rollups(firms: Client) -> None:
    bolt = (await asked(firms, '{firms(filter: {name: {eq: "Bolt"}}) {id}}'))[0]["id"]
    data = '{name: "e", size: 2, stage: WON, firmId: $to}'
    create = f"mutation($to: ID!) {{createDeal(data: {data}) {{firm {{dealCount won team {{won}}}}}}}}"
    assert await asked(firms, create, to=bolt) == {"firm": {"dealCount": 2, "won": "2", "team": {"won": "6"}}}
    nested = 'mutation($id: ID!) {updateFirm(id: $id, data: {deals: {create: [{name: "f"}]}}) {dealCount}}'
    assert await asked(firms, nested, id=bolt) == {"dealCount": 3}
    assert await asked(
        firms, 'mutation($id: ID!) {updateFirm(id: $id, data: {name: "Bolts"}) {dealCount}}', id=bolt
    ) == {"dealCount": 3}


async def test_rollups_can_not_be_written(firms: Client) -> None:
    error = await firms.error('mutation {createFirm(data: {name: "x", dealCount: 3}) {id}}')

    assert "unknown field 'dealCount'" in error["message"]


async def test_a_count_is_never_null_and_a_sum_may_be(firms: Client) -> None:
    found = await asked(firms, '{__type(name: "Firm") {fields {name type {kind name ofType {name}}}}}')
    types = {each["name"]: each["type"] for each in found["fields"]}

    assert types["dealCount"] == {"kind": "NON_NULL", "name": None, "ofType": {"name": "Int"}}
    assert types["won"] == {"kind": "SCALAR", "name": "BigInt", "ofType": None}


AMOUNT = rollup("amount", "opportunities", "SUM", "amountMicros", filter={"stage": {"neq": "CUSTOMER"}})
ALL: tuple[Right, ...] = get_args(Right)


async def test_a_role_rolls_up_the_records_it_sees(own_crm: Client) -> None:
    crm = await own_crm.change(
        add_field("company", rollup("peopleCount", "people")),
        CreateRole(name="clerk", rights=ALL),
        SetObjectPermission(role="clerk", object="person", rights=ALL, read_rule={"city": {"eq": "Oxford"}}),
    )
    query = "{companies(filter: {peopleCount: {gt: 0}}, orderBy: {peopleCount: DESC}) {name peopleCount}}"

    assert await asked(crm, query) == [{"name": "Teapot 100%", "peopleCount": 2}, {"name": "Acme", "peopleCount": 1}]
    assert await asked(crm.acting_as("clerk"), query) == [{"name": "Acme", "peopleCount": 1}]


@pytest.mark.parametrize("hidden", ["amountMicros", "stage"])
async def test_a_rollup_of_what_a_role_may_not_read_does_not_exist_for_it(own_crm: Client, hidden: str) -> None:
    crm = await own_crm.change(
        add_field("company", AMOUNT),
        CreateRole(name="clerk", rights=ALL),
        SetFieldPermission(role="clerk", object="opportunity", field=hidden, may_read=False),
    )
    clerk = crm.acting_as("clerk")

    assert len(await asked(crm, "{companies(filter: {amount: {gt: 0}}) {amount}}")) == 2
    for query in (
        "{companies {amount}}",
        "{companies(filter: {amount: {gt: 0}}) {id}}",
        "{companies(orderBy: {amount: ASC}) {id}}",
        "{companiesAggregate {max {amount}}}",
        "{companiesGroupBy(by: {field: AMOUNT}) {count}}",
    ):
        answer = await clerk.ask(query)
        assert "data" not in answer
        assert "amount" in answer["errors"][0]["message"].lower()


async def test_a_rollup_over_an_object_that_a_role_may_not_read_does_not_exist_for_it(own_crm: Client) -> None:
    crm = await own_crm.change(
        add_field("company", AMOUNT),
        CreateRole(name="clerk"),
        SetObjectPermission(role="clerk", object="company", rights=("READ",)),
    )

    error = await crm.acting_as("clerk").error("{companies {amount}}")
    assert error["message"] == "Cannot query field 'amount' on type 'Company'."
