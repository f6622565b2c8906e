"""The indexes that fields bring are used by the queries they are for, and filters have the form that others serve."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from armature.metadata.changes import Change, NewField
from armature.metadata.model import Snapshot
from tests.metadata.models import add_field, add_object, many_to_many, text, to_one
from tests.metadata.test_rollups import rollup
from tests.support.data_api import Client, DataApi, data_api
from tests.support.explain import explained, nodes_of

FIELDS = (
    text("name"),
    text("code", is_unique=True),
    NewField(name="tags", type="ARRAY"),
    NewField(name="facts", type="RAW_JSON"),
    NewField(name="place", type="VECTOR", settings={"dimensions": 2}),
)
MODEL: tuple[Change, ...] = (
    add_object("shop"),
    add_object("thing", *FIELDS, to_one("shop", "shop", "things"), many_to_many("others", "thing", "otherOf")),
    add_field("shop", rollup("thingCount", "things")),
)


def some(number: int) -> str:
    return str(UUID(int=number))


RECORDS = """
INSERT INTO {}.shops (id) SELECT lpad(to_hex(n), 32, '0')::uuid FROM generate_series(1, 3000) n;
INSERT INTO {}.things (id, name, code, tags, facts, place, shop_id)
  SELECT lpad(to_hex(n), 32, '0')::uuid, 'thing ' || n, n::text, ARRAY[n::text, 'all'], jsonb_build_object('n', n),
    ARRAY[n, 1]::real[]::vector, lpad(to_hex(n), 32, '0')::uuid
  FROM generate_series(1, 3000) n;
INSERT INTO {}.thing_links (source_id, target_id)
  SELECT lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(n + 1), 32, '0')::uuid FROM generate_series(1, 2999) n;
CREATE INDEX tags_gin ON {}.things USING gin (tags);
CREATE INDEX facts_gin ON {}.things USING gin (facts);
CREATE INDEX place_hnsw ON {}.things USING hnsw (place vector_cosine_ops);
ANALYZE {}.shops, {}.things, {}.thing_links
"""


async def _made(url: str) -> Snapshot:
    async with data_api(url) as api:
        snapshot = await api.workspace(MODEL)
        async with api.db.connection() as connection:
            await connection.execute(RECORDS.replace("{}", snapshot.schema))
        return snapshot


@pytest.fixture(scope="module")
def filled(data_url: str) -> Snapshot:
    return asyncio.run(_made(data_url))


@pytest.fixture
def many(api: DataApi, filled: Snapshot) -> Client:
    return Client(api, filled)


def used(plan: Mapping[str, Any]) -> set[str]:
    return {each["Index Name"] for each in nodes_of(plan) if "Index Name" in each}


def read_whole(plan: Mapping[str, Any]) -> set[str]:
    """The tables that were read from end to end."""
    return {each["Relation Name"] for each in nodes_of(plan) if each["Node Type"] == "Seq Scan"}


async def test_a_long_list_of_the_nearest_is_as_long_as_asked_for(many: Client) -> None:
    query = "{things(limit: 300, orderBy: [{place: {nearest: {to: [5000, 1]}}}]) {name}}"

    assert "place_hnsw" in used(await explained(many, query, {}))
    names = {each["name"] for each in (await many.data(query))["things"]}
    assert len(names) == 300


@pytest.mark.parametrize(
    ("query", "indexes"),
    [
        ("{things(limit: 5) {name}}", {"things__pkey"}),
        ("{things(limit: 5, orderBy: {id: DESC}) {name}}", {"things__pkey"}),
        ('{thing(id: "ID") {name shop {id}}}', {"things__pkey", "shops__pkey"}),
        ('{thingBy(where: {code: "7"}) {name}}', {"things__code__key"}),
        ('{things(filter: {code: {in: ["7", "8"]}}) {name}}', {"things__code__key"}),
        ('{things(filter: {shopId: {eq: "ID"}}) {name}}', {"things__shop_id__idx"}),
        ('{things(filter: {shop: {id: {eq: "ID"}}}) {name}}', {"things__shop_id__idx", "shops__pkey"}),
        ("{shops(limit: 5) {things(limit: 3) {name}}}", {"shops__pkey", "things__shop_id__idx"}),
        ('{shop(id: "ID") {thingsConnection(first: 3) {nodes {name} totalCount}}}', {"things__shop_id__idx"}),
        ('{shop(id: "ID") {thingsAggregate {count}}}', {"things__shop_id__idx"}),
        ('{shops(filter: {things: {some: {code: {eq: "7"}}}}) {id}}', {"things__code__key", "shops__pkey"}),
        ("{shops(limit: 5) {thingCount}}", {"shops__pkey", "things__shop_id__idx"}),
        ('{shop(id: "ID") {thingCount}}', {"things__shop_id__idx"}),
        ("{things(limit: 5) {others {name}}}", {"thing_links__source_id__target_id__key", "things__pkey"}),
        ("{things(limit: 5) {otherOf {name}}}", {"thing_links__target_id__source_id__idx", "things__pkey"}),
        ('{things(filter: {tags: {containsAny: ["7"]}}) {name}}', {"tags_gin"}),
        ('{things(filter: {tags: {containsAll: ["7", "all"]}}) {name}}', {"tags_gin"}),
        ("{things(filter: {facts: {contains: {n: 7}}}) {name}}", {"facts_gin"}),
        ("{things(limit: 5, orderBy: [{place: {nearest: {to: [7, 1]}}}]) {name}}", {"place_hnsw"}),
    ],
)
async def test_indexes_serve_what_they_are_for(many: Client, query: str, indexes: set[str]) -> None:
    plan = await explained(many, query.replace("ID", some(7)), {})

    assert indexes <= used(plan)
    assert not read_whole(plan)
