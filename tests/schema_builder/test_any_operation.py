"""Whatever a schema allows is answered, or refused in words: no operation is the server's fault.

ARMATURE_TEST_WORLDS sets how many worlds are tried; without it, they are few and the same.
"""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec
import pytest
from graphql import GraphQLError

from armature.core.errors import ArmatureError
from armature.metadata.changes import Change, CreateField, CreateObject, NewField, NewOption, NewRelation
from armature.metadata.packs.crm import CRM
from armature.schema_builder.run.answer import Operation, refusal
from armature.schema_builder.run.failures import BAD_VALUES
from tests.schema_builder.differential import some_world
from tests.support.data_api import DataApi, data_api
from tests.support.small_library import LIBRARY
from tests.support.worlds.anything import Anything, Known
from tests.support.worlds.choices import seeded

WORLDS = int(os.environ.get("ARMATURE_TEST_WORLDS", "12"))
OPERATIONS = 40
CODES = {"BAD_USER_INPUT", "NOT_FOUND", "CONFLICT", "LIMIT_EXCEEDED"}

OPTIONS = tuple(NewOption(value=each) for each in ("RED", "GREEN", "BLUE"))
KINDS = (
    *(
        "TEXT",
        "EMAIL",
        "PHONE",
        "LINK",
        "NUMBER",
        "NUMERIC",
        "RATING",
        "AUTO_NUMBER",
        "BOOLEAN",
        "SELECT",
        "MULTI_SELECT",
    ),
    *(
        "ARRAY",
        "DATE",
        "DATE_TIME",
        "UUID",
        "RAW_JSON",
        "FULL_NAME",
        "ADDRESS",
        "CURRENCY",
        "LINKS",
        "EMAILS",
        "PHONES",
    ),
    *("RICH_TEXT", "FORMULA", "VECTOR", "FILES", "ACTOR"),
)
SETTINGS: dict[str, dict[str, Any]] = {"FORMULA": {"expression": "number * 2"}, "VECTOR": {"dimensions": 2}}

SUMMED = {"relation": "sundries", "aggregate": "SUM", "field": "number", "filter": {"boolean": {"eq": True}}}


def everything() -> list[Change]:
    """An object with a field of each kind, related to the library's; what is computed of it stands at a book."""
    fields = [
        NewField(
            name=f"{kind[0].lower()}{kind.title().replace('_', '')[1:]}",
            type=kind,
            settings=SETTINGS.get(kind),
            options=OPTIONS if kind.endswith("SELECT") else None,
        )
        for kind in KINDS
    ]
    books = NewRelation(type="MANY_TO_ONE", target="book", inverse_name="sundries")
    return [
        *LIBRARY,
        CreateObject(name_singular="sundry", fields=tuple(fields)),
        CreateField(object="sundry", field=NewField(name="book", type="RELATION", relation=books)),
        CreateField(object="book", field=NewField(name="sundryNumbers", type="ROLLUP", settings=SUMMED)),
    ]


MODELS: Mapping[int, Callable[[], list[Change]]] = {1: everything, 2: lambda: list(CRM)}
"""By what is left of a seed divided by three; the others have a model of chance."""


@pytest.fixture
async def api(migrated_database_url: str) -> AsyncIterator[DataApi]:
    async with data_api(migrated_database_url) as api:
        yield api


@pytest.mark.parametrize("seed", range(WORLDS))
async def test_every_operation_is_answered_or_refused_in_words(api: DataApi, seed: int) -> None:
    choices = seeded(seed)
    make = MODELS.get(seed % 3)
    snapshot = await api.workspace(make()) if make else (await some_world(api, choices, 20)).snapshot
    known = Known()
    for number in range(OPERATIONS):
        made = Anything(choices, api.engine.schema(snapshot).graphql, known)
        query = made.operation(writes=number < 10 or choices.chance(40))
        try:
            body = await api.body(snapshot, Operation(query, made.given))
        except ArmatureError as error:
            body = bytes(refusal([GraphQLError(error.message, original_error=error)]).body)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {query}\n{made.given}") from error
        answer = msgspec.json.decode(body)
        known.learn(answer.get("data"))
        for each in answer.get("errors", ()):
            assert is_in_words(each), f"seed {seed}: {query}\n{made.given}\n{each}"


def is_in_words(error: dict[str, Any]) -> bool:
    """It has a code that blames the request, and says where, or which limit, or what PostgreSQL can't read."""
    told = error["extensions"]
    placed = {*error, *told} & {"path", "locations", "field", "limit"}
    return told["code"] in CODES and bool(placed or error["message"] in BAD_VALUES.values())
