"""Introspection and SDL are made by a process of their own: what they say, and what becomes of the server meanwhile."""

import asyncio
from collections.abc import Iterable
from typing import Any

import psutil
import pytest
from graphql import execute_sync, get_introspection_query, parse

from armature.metadata.model import Snapshot
from armature.schema_builder.run.introspect import introspect
from armature.schema_builder.run.printing import PrinterEnded
from armature.schema_builder.types.lazy import Lazy
from tests.schema_builder.test_types import made_of, wide, with_tables
from tests.support.data_api import Client, DataApi

FULL = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True, one_of=True
)

ODD = """
query($all: Boolean = true, $name: String!) {
  a: __schema {types {...T __typename} queryType {name} mutationType {fields(includeDeprecated: $all) {
    name args {type {...R}}}}}
  __schema {directives {name locations isRepeatable args {name defaultValue type {kind}}}}
  __type(name: $name) {...T ...T kind} nobody: __type(name: "Nobody") {name}
}
fragment T on __Type {
  kind name is: isOneOf f: fields {name isDeprecated deprecationReason} inputFields {name defaultValue}
  enumValues @skip(if: $all) {name} possibleTypes {name} interfaces {name} specifiedByURL ofType {...R}
}
fragment R on __Type {kind name ofType {kind name ofType {kind name ofType {name}}}}
"""


@pytest.mark.parametrize(
    ("query", "variables"),
    [(FULL, {}), (ODD, {"name": "Book"}), (ODD, {"name": "BookFilterInput", "all": False})],
    ids=["full", "odd", "odd, with variables"],
)
async def test_what_is_told_is_what_graphql_core_tells(
    api: DataApi, library_snapshot: Snapshot, query: str, variables: dict[str, Any]
) -> None:
    schema = api.engine.schema(library_snapshot).graphql

    told = introspect(schema, parse(query), variables)

    assert told == execute_sync(schema, parse(query), variable_values=variables).data
    assert list(told) == list(execute_sync(schema, parse(query), variable_values=variables).data or ())


async def test_a_large_schema_is_told_while_others_are_answered(api: DataApi, crm: Client) -> None:
    large = await with_tables(api, made_of(wide(100, 46)))
    asking = asyncio.create_task(large.data(FULL))
    answered = 0
    while not asking.done():
        await crm.data("{companies(limit: 1) {name}}")
        answered += 1

    assert len((await asking)["__schema"]["types"]) > 1_000
    assert answered > 50
    types = api.engine.schema(large.snapshot).graphql.type_map
    assert isinstance(types, Lazy)
    assert len(types.made) < 50  # this process made what validation looks at, and no more


async def test_who_asks_again_gets_the_same_bytes_and_no_process(crm: Client) -> None:
    first = await crm.api.engine.sdl(crm.snapshot.workspace_id)
    asking = asyncio.create_task(crm.api.engine.sdl(crm.snapshot.workspace_id))
    await asyncio.sleep(0)

    assert asking.done()
    assert await asking is first
    assert list(printers()) == []


async def test_nobody_waits_so_nothing_is_printed(api: DataApi) -> None:
    large = await with_tables(api, made_of(wide(300, 46)))
    asking = asyncio.create_task(api.engine.sdl(large.snapshot.workspace_id))
    printer = await a_printer()

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    while printer.is_running():  # noqa: ASYNC110  another process's state: nothing tells of it
        await asyncio.sleep(0.01)
    assert "type Thing299x" in str(await api.engine.sdl(large.snapshot.workspace_id))


async def test_a_printer_that_is_killed_ends_one_request_only(api: DataApi) -> None:
    large = await with_tables(api, made_of(wide(300, 46)))
    asking = asyncio.create_task(api.engine.sdl(large.snapshot.workspace_id))
    (await a_printer()).kill()

    with pytest.raises(PrinterEnded):
        await asking

    assert "type Thing299x" in str(await api.engine.sdl(large.snapshot.workspace_id))


def printers() -> Iterable[psutil.Process]:
    children = psutil.Process().children()
    return (each for each in children if any("printer" in word for word in each.cmdline()))


async def a_printer() -> psutil.Process:
    while True:
        for each in printers():
            return each
        await asyncio.sleep(0.01)
