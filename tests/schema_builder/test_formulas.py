"""Formulas through the data API: shown, filtered, ordered by; never written."""

import pytest

from armature.metadata.changes import NewField
from tests.metadata.models import add_object
from tests.support.data_api import Client, DataApi

NUMBERS = ("price", "pieces")


def formula(name: str, expression: str) -> NewField:
    return NewField(name=name, type="FORMULA", settings={"expression": expression})


@pytest.fixture
async def shop(api: DataApi) -> Client:
    numbers = [NewField(name=each, type="NUMBER", settings={"dataType": "int"}) for each in NUMBERS]
    item = add_object("item", *numbers, formula("total", "price * pieces"), formula("each", "price / pieces"))
    client = Client(api, await api.workspace([item]))
    data = [{"price": 6, "pieces": 2}, {"price": 5, "pieces": 0}, {"price": 1}]
    await client.data("mutation($data: [ItemCreateInput!]!) {createItems(data: $data) {id}}", data=data)
    return client


async def test_formulas_are_shown_filtered_and_ordered_by(shop: Client) -> None:
    asked = "{items(orderBy: [{total: DESC_NULLS_LAST}]) {total each} few: items(filter: {total: {gt: 1}}) {price}}"

    assert await shop.data(asked) == {
        "items": [{"total": 12, "each": 3}, {"total": 0, "each": None}, {"total": None, "each": None}],
        "few": [{"price": 6}],
    }


async def test_what_is_written_shows_in_its_formulas(shop: Client) -> None:
    made = await shop.data("mutation {createItem(data: {price: 3, pieces: 3}) {total each}}")

    assert made == {"createItem": {"total": 9, "each": 1}}


async def test_formulas_can_not_be_written(shop: Client) -> None:
    error = await shop.error("mutation {createItem(data: {total: 3}) {id}}")

    assert "unknown field 'total'" in error["message"]
