"""Vectors through the data API: kept, measured, the nearest first."""

from typing import Any

import pytest

from armature.metadata.changes import NewField
from tests.metadata.models import add_object, text
from tests.support.data_api import Client, DataApi

PLACE = NewField(name="place", type="VECTOR", settings={"dimensions": 2})
EAST, NORTH, FAR_EAST = [1, 0], [0, 1], [8, 0]


@pytest.fixture
async def spots(api: DataApi) -> Client:
    client = Client(api, await api.workspace([add_object("spot", text("name"), PLACE)]))
    data = [
        {"name": "east", "place": EAST},
        {"name": "north", "place": NORTH},
        {"name": "far", "place": FAR_EAST},
        {"name": "nowhere"},
        {"name": "origin", "place": [0, 0]},
    ]
    await client.data("mutation($data: [SpotCreateInput!]!) {createSpots(data: $data) {id}}", data=data)
    return client


async def names(client: Client, arguments: str, **variables: Any) -> list[str]:
    declared = "($to: [Float!]!)" if variables else ""
    found = await client.data(f"query{declared} {{spots({arguments}) {{name}}}}", **variables)
    return [each["name"] for each in found["spots"]]


async def test_vectors_are_kept_as_they_are_written(spots: Client) -> None:
    create = "mutation($place: [Float!]) {createSpot(data: {place: $place}) {id place}}"
    made = (await spots.data(create, place=[0.1, -3.5e10]))["createSpot"]
    assert made["place"] == [0.1, -3.5e10]

    update = "mutation($id: ID!) {updateSpot(id: $id, data: {place: [2, 3.5]}) {place}}"
    assert await spots.data(update, id=made["id"]) == {"updateSpot": {"place": [2, 3.5]}}
    emptied = "mutation($id: ID!) {updateSpot(id: $id, data: {place: null}) {place}}"
    assert await spots.data(emptied, id=made["id"]) == {"updateSpot": {"place": None}}


@pytest.mark.parametrize(
    ("metric", "order"),
    [
        ("L2", ["east", "origin", "north", "far", "nowhere"]),
        ("INNER_PRODUCT", ["far", "east", "north", "origin", "nowhere"]),
    ],
)
async def test_the_nearest_come_first(spots: Client, metric: str, order: list[str]) -> None:
    by = f"orderBy: [{{place: {{nearest: {{to: $to, metric: {metric}}}}}}}, {{name: ASC}}]"

    assert await names(spots, by, to=[0.9, 0.1]) == order


async def test_cosine_is_the_usual_metric_and_what_has_no_direction_comes_after_all_others(spots: Client) -> None:
    by = "orderBy: [{place: {nearest: {to: $to}}}, {name: ASC}]"

    assert await names(spots, by, to=[5, 0]) == ["east", "far", "north", "origin", "nowhere"]
    assert await names(spots, f'{by}, limit: 1, filter: {{name: {{neq: "east"}}}}', to=[5, 0]) == ["far"]


async def test_distances_are_shown(spots: Client) -> None:
    shown = await spots.data(
        "{spots(orderBy: {name: ASC}) {cosine: placeDistance(to: [2, 0]) far: placeDistance(to: [2, 0], metric: L2) \
          product: placeDistance(to: [2, 0], metric: INNER_PRODUCT)}}"
    )

    assert shown["spots"] == [
        {"cosine": 0, "far": 1, "product": -2},
        {"cosine": 0, "far": 6, "product": -16},
        {"cosine": 1, "far": pytest.approx(5**0.5), "product": 0},
        {"cosine": None, "far": None, "product": None},
        {"cosine": None, "far": 2, "product": 0},
    ]


async def test_what_is_near_can_be_asked_for(spots: Client) -> None:
    near = "filter: {place: {distance: {to: $to, metric: L2, lte: 1, gt: 0.5}}}, orderBy: {name: ASC}"
    assert await names(spots, near, to=[0, 0]) == ["east", "north"]
    assert await names(spots, "filter: {not: {place: {distance: {to: [0, 1], lt: 0.5}}}}, orderBy: {name: ASC}") == [
        "east",
        "far",
        "nowhere",
        "origin",
    ]
    assert await names(spots, "filter: {place: {is: NULL}}") == ["nowhere"]


async def test_pages_of_the_nearest(spots: Client) -> None:
    query = """query($after: String, $to: [Float!]!) {
      spotsConnection(first: 2, after: $after, orderBy: [{place: {nearest: {to: $to}}}, {name: ASC}]) {
        nodes {name} pageInfo {endCursor hasNextPage}}}"""
    found, after = [], None
    for _ in range(3):
        page = (await spots.data(query, after=after, to=[5, 0]))["spotsConnection"]
        found += [each["name"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    assert found == ["east", "far", "north", "origin", "nowhere"]


@pytest.mark.parametrize("place", [[1], [1, 2, 3], [], [1e39, 0]])
async def test_what_does_not_fit_is_refused_with_its_path(spots: Client, place: list[float]) -> None:
    error = await spots.error("mutation($place: [Float!]) {createSpot(data: {place: $place}) {id}}", place=place)
    assert error["code"] == "BAD_USER_INPUT"
    assert error["path"] == ["createSpot"]
    assert "place" in error["message"]

    many = "mutation($data: [SpotCreateInput!]!) {createSpots(data: $data) {id}}"
    assert "data[1].place" in (await spots.error(many, data=[{}, {"place": place}]))["message"]
    for asked in (
        "query($to: [Float!]!) {spots(orderBy: {place: {nearest: {to: $to}}}) {id}}",
        "query($to: [Float!]!) {spots(filter: {place: {distance: {to: $to, lt: 1}}}) {id}}",
        "query($to: [Float!]!) {spots {placeDistance(to: $to)}}",
    ):
        error = await spots.error(asked, to=place)
        assert error["code"] == "BAD_USER_INPUT"
        assert error["field"] == "place"


async def test_a_null_metric_or_bound_is_refused(spots: Client) -> None:
    for asked in (
        "{spots(orderBy: {place: {nearest: {to: [1, 0], metric: null}}}) {id}}",
        "{spots(filter: {place: {distance: {to: [1, 0], lt: null}}}) {id}}",
        "{spots {placeDistance(to: [1, 0], metric: null)}}",
    ):
        assert (await spots.error(asked))["code"] == "BAD_USER_INPUT"


async def test_vectors_are_counted_and_merged(spots: Client) -> None:
    assert await spots.data("{spotsAggregate {countEmpty {place} countDistinct {place}}}") == {
        "spotsAggregate": {"countEmpty": {"place": 1}, "countDistinct": {"place": 4}}
    }
    ids = [each["id"] for each in (await spots.data("{spots(orderBy: {name: DESC}) {id}}"))["spots"]]
    merge = "mutation($ids: [ID!]!) {mergeSpots(ids: $ids) {name place}}"
    merged = await spots.data(merge, ids=[ids[1], ids[2]])
    assert merged == {"mergeSpots": {"name": "nowhere", "place": NORTH}}


async def test_a_default_and_bulk_creates(api: DataApi) -> None:
    field = NewField(name="at", type="VECTOR", settings={"dimensions": 2}, default_value=[1, 2.5], is_nullable=False)
    client = Client(api, await api.workspace([add_object("thing", text("name"), field)]))

    made = await client.data(
        'mutation {createThings(data: [{name: "a"}, {at: [3, 4]}]) {at} createThing(data: {}) {at}}'
    )

    assert made == {"createThings": [{"at": [1, 2.5]}, {"at": [3, 4]}], "createThing": {"at": [1, 2.5]}}
