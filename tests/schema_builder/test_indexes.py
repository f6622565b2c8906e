"""PostgreSQL uses the indexes that somebody asked for, in the queries they are for."""

from typing import Any
from uuid import UUID

import pytest

from armature.jobs.ledger import jobs_of
from armature.metadata.changes import CreateIndex, CreateObject, NewField, NewIndexField, NewOption
from armature.migrations.workspace.change import change_workspace
from armature.migrations.workspace.index_build import settle_index
from tests.support.data_api import Client, DataApi
from tests.support.explain import explained, nodes_of

OPTIONS = tuple(NewOption(value=each) for each in ("NEW", "OLD"))
THING = CreateObject(
    name_singular="thing",
    fields=(
        NewField(name="code", type="TEXT"),
        NewField(name="size", type="NUMBER", settings={"dataType": "int"}),
        NewField(name="tags", type="ARRAY"),
        NewField(name="state", type="SELECT", options=OPTIONS),
        NewField(name="place", type="ADDRESS"),
    ),
)


def index(*fields: str, **more: Any) -> CreateIndex:
    named = (each.split(" ") for each in fields)
    parts = tuple(NewIndexField(field=name, order=(*order, "ASC")[0]) for name, *order in named)  # type: ignore[arg-type]
    return CreateIndex(object="thing", fields=parts, **more)


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        (index("code"), 'things(filter: {code: {eq: "c77"}}) {id}'),
        (index("code"), "things(orderBy: [{code: ASC}], limit: 5) {id}"),
        (index("size DESC"), "things(orderBy: [{size: DESC}], limit: 5) {id}"),
        (index("size", "code"), 'things(filter: {size: {eq: 7}, code: {gt: "c5"}}) {id}'),
        (index("place.city"), 'things(filter: {place: {city: {eq: "city 77"}}}) {id}'),
        (index("tags", type="GIN"), 'things(filter: {tags: {containsAny: ["t77"]}}) {id}'),
        (index("code", type="TRIGRAM"), 'things(filter: {code: {icontains: "C7777"}}) {id}'),
        (index("code", is_unique=True), 'things(filter: {code: {eq: "c77"}}) {id}'),
        (index("size", where={"state": {"eq": "NEW"}}), "things(filter: {state: {eq: NEW}, size: {lt: 5}}) {id}"),
        (index("size", where={"deletedAt": {"is": "NULL"}}), "things(filter: {size: {eq: 77}}) {id}"),
    ],
    ids=str,
)
async def test_it_is_used(api: DataApi, asked: CreateIndex, query: str) -> None:
    snapshot = await api.workspace([THING, asked])
    async with api.db.connection() as connection:
        await connection.execute(
            f"INSERT INTO {snapshot.schema}.things (code, size, tags, state, place_city) "  # noqa: S608
            "SELECT 'c' || n, n, ARRAY['t' || n], CASE WHEN n % 50 = 0 THEN 'NEW' ELSE 'OLD' END, 'city ' || n "
            "FROM generate_series(1, 20000) AS n"
        )
        await connection.execute(f"ANALYZE {snapshot.schema}.things")
    for job in await jobs_of(api.db, snapshot.workspace_id):  # of what a new table is not made with
        of, key = UUID(job.arguments["object"]), job.arguments["key"]
        await settle_index(api.db, snapshot.workspace_id, of, key, lambda _: None)
    plan = await explained(Client(api, snapshot), f"{{{query}}}", {})
    used = {each.get("Index Name", "") for each in nodes_of(plan)}
    assert [each for each in used if each.startswith("things__by_")], plan


ALONE = index("code", is_unique=True)
BOTH = index("size", "place.city", is_unique=True)
UPSERT = """mutation($data: ThingCreateInput!) {
  createThing(data: $data, onConflict: {fields: [CODE], update: [SIZE]}) { code size }
}"""


async def test_a_field_that_an_index_makes_unique_addresses_records(api: DataApi) -> None:
    client = Client(api, await api.workspace([THING, ALONE, BOTH]))
    await client.data('mutation {createThing(data: {code: "a", size: 1}) {id}}')
    assert await client.data('{thingBy(where: {code: "a"}) {size}}') == {"thingBy": {"size": 1}}
    assert await client.data(UPSERT, data={"code": "a", "size": 2}) == {"createThing": {"code": "a", "size": 2}}
    assert await client.data("{things {size}}") == {"things": [{"size": 2}]}
    for field in ("size: 2", 'place: {city: "x"}'):
        answer = await client.ask(f"{{thingBy(where: {{{field}}}) {{id}}}}")
        assert "ThingWhereUniqueInput" in answer["errors"][0]["message"]


async def test_what_several_fields_make_unique_is_told_with_all_of_them(api: DataApi) -> None:
    client = Client(api, await api.workspace([THING, BOTH]))
    create = 'mutation {createThings(data: [{size: 1, place: {city: "x"}}, {size: 1, place: {city: "x"}}]) {id}}'
    error = await client.error(create)
    assert error["code"] == "CONFLICT"
    assert "already has this size and this place.city" in error["message"]


async def test_until_an_index_is_there_nothing_fails_without_a_reason(api: DataApi) -> None:
    snapshot = await api.workspace([THING])
    snapshot = await change_workspace(api.db, snapshot.workspace_id, [ALONE])
    client = Client(api, snapshot)
    await client.data('mutation {createThings(data: [{code: "a", size: 1}, {code: "a", size: 2}]) {id}}')
    assert (await client.data('{thingBy(where: {code: "a"}) {code}}'))["thingBy"] == {"code": "a"}
    error = await client.error(UPSERT, data={"code": "a", "size": 3})
    assert error["code"] == "CONFLICT"
    assert "not built yet" in error["message"]


async def test_an_index_of_some_records_addresses_none(api: DataApi) -> None:
    partial = index("code", is_unique=True, where={"size": {"gt": 1}})
    client = Client(api, await api.workspace([THING, partial]))
    answer = await client.ask('{thingBy(where: {code: "a"}) {id}}')
    assert "WhereUniqueInput" in answer["errors"][0]["message"]
    create = 'mutation($size: Int) {createThing(data: {code: "a", size: $size}) {id}}'
    for size in (1, 1, 2):
        await client.data(create, size=size)
    assert "filter of its index" in (await client.error(create, size=3))["hint"]
