"""PostgreSQL uses the indexes that somebody asked for, in the queries they are for."""

from typing import Any

import pytest

from armature.metadata.changes import CreateIndex, CreateObject, NewField, NewIndexField, NewOption
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
    plan = await explained(Client(api, snapshot), f"{{{query}}}", {})
    used = {each.get("Index Name", "") for each in nodes_of(plan)}
    assert [each for each in used if each.startswith("things__by_")], plan
