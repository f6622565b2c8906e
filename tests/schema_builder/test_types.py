"""The schema a client sees: introspection, SDL, empty and very large models."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    build_client_schema,
    build_schema,
    get_introspection_query,
    lexicographic_sort_schema,
    print_schema,
    validate_schema,
)
from sqlalchemy import MetaData
from sqlalchemy.schema import CreateSchema, CreateTable
from uuid_utils.compat import uuid7

from armature.core.db import DIALECT
from armature.metadata.changes import (
    Change,
    CreateObject,
    DeleteField,
    NewField,
    NewRelation,
    UpdateField,
    UpdateObject,
)
from armature.metadata.edit import apply_changes
from armature.metadata.edits.birth import SYSTEM_FIELDS
from armature.metadata.model import Field, Relation, Snapshot
from armature.metadata.packs.crm import CRM
from armature.schema_builder.event_table import events_table
from armature.schema_builder.tables import Tables
from tests.support.data_api import Client, DataApi

FULL = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)


async def test_introspection_gives_a_valid_schema(crm: Client) -> None:
    schema = build_client_schema(await crm.data(FULL))

    assert validate_schema(schema) == []
    person = schema.get_type("Person")
    assert isinstance(person, GraphQLObjectType)
    assert str(person.fields["company"].type) == "Company"
    assert str(person.fields["companyId"].type) == "ID"
    assert str(person.fields["notes"].type) == "[Note!]!"


async def test_every_name_that_is_listed_is_found(crm: Client, api: DataApi) -> None:
    """Types and root fields are looked up by taking their names apart."""
    schema = api.engine.schema(crm.snapshot)
    assert len(schema.types) > 250
    for named in (schema.types, schema.queries, schema.mutations):
        listed = [name for name in named if name in named]
        assert len(listed) == len(set(listed)) == len(named)
        assert f"{listed[0]}x" not in named


async def test_the_schema_printed_and_read_again_is_the_same(crm: Client) -> None:
    printed = str(await crm.api.engine.sdl(crm.snapshot.workspace_id))
    read = build_schema(printed)

    assert validate_schema(read) == []
    assert print_schema(read) == printed


async def test_introspection_and_sdl_tell_the_same(crm: Client) -> None:
    printed = str(await crm.api.engine.sdl(crm.snapshot.workspace_id))
    introspected = build_client_schema(await crm.data(FULL))

    def sorted_text(schema: GraphQLSchema) -> str:
        return print_schema(lexicographic_sort_schema(schema))

    assert sorted_text(introspected) == sorted_text(build_schema(printed))


async def test_introspection_and_data_are_answered_together_in_order(crm: Client) -> None:
    found = await crm.data(
        "query($name: String!) {first: companies(limit: 1) {name} __type(name: $name) {kind} "
        "__schema {queryType {name}} last: __typename}",
        name="Company",
    )

    assert list(found) == ["first", "__type", "__schema", "last"]
    assert found["first"] == [{"name": "Acme"}]
    assert (found["__type"], found["__schema"]) == ({"kind": "OBJECT"}, {"queryType": {"name": "Query"}})


async def test_a_type_that_is_not_there_is_null(crm: Client) -> None:
    assert await crm.data('{__type(name: "Nobody") {name}}') == {"__type": None}


async def test_a_workspace_that_only_has_members_has_a_valid_schema(api: DataApi) -> None:
    client = Client(api, await api.workspace())

    schema = build_client_schema(await client.data(FULL))

    assert validate_schema(schema) == []
    assert schema.mutation_type is not None
    assert sorted(schema.mutation_type.fields) == ["say", "updateWorkspaceMember", "updateWorkspaceMembers"]
    assert await client.data("{__typename _schemaVersion}") == {"__typename": "Query", "_schemaVersion": 1}


async def test_who_may_see_nothing_has_a_valid_schema(api: DataApi) -> None:
    client = Client(api, await api.workspace()).acting_as("guest")

    schema = build_client_schema(await client.data(FULL))

    assert validate_schema(schema) == []
    assert schema.mutation_type is None
    assert "is not supported" in (await client.error("mutation {__typename}"))["message"]


async def test_what_is_deleted_or_deactivated_is_not_in_the_schema(api: DataApi) -> None:
    hidden: list[Change] = [
        DeleteField(object="company", field="employees"),
        UpdateField(object="company", field="addressCity", is_active=False),
        UpdateObject(object="opportunity", is_active=False),
    ]
    client = Client(api, await api.workspace([*CRM, *hidden]))

    text = str(await api.engine.sdl(client.snapshot.workspace_id))

    assert validate_schema(build_schema(text)) == []
    for name in ("employees", "addressCity", "opportunit", "Opportunit"):
        assert name not in text
    assert "Did you mean" not in (await client.error("{companies {employees}}"))["message"]


async def test_an_object_may_have_hardly_any_fields(api: DataApi) -> None:
    client = Client(api, await api.workspace([CreateObject(name_singular="thing")]))

    assert validate_schema(build_client_schema(await client.data(FULL))) == []
    assert (await client.data("mutation {createThing(data: {}) {deletedAt}}")) == {"createThing": {"deletedAt": None}}


def wide(objects: int, fields: int) -> Iterator[Change]:
    kinds: list[tuple[str, dict[str, Any] | None]] = [
        ("TEXT", None),
        ("NUMBER", {"dataType": "int"}),
        ("NUMERIC", None),
        ("DATE_TIME", None),
        ("RAW_JSON", None),
    ]
    for number in range(objects):
        named = [(f"field{at}", *kinds[at % len(kinds)]) for at in range(fields)]
        yield CreateObject(
            name_singular=f"thing{number}x",
            name_plural=f"things{number}x",
            fields=tuple(NewField(name=name, type=kind, settings=settings) for name, kind, settings in named),
        )


def made_of(changes: Iterable[Change]) -> Snapshot:
    id_ = UUID(bytes=uuid7().bytes)
    empty = Snapshot(id_, f"workspace_{id_.hex}", 1, {}, {})
    return apply_changes(empty, list(changes), now=datetime.now(UTC), new_id=uuid7)


def chain(length: int) -> Snapshot:
    """Each object refers to the one before it. Made by hand: as a changeset it would take longer than the test."""
    model = made_of([CreateObject(name_singular="plain", fields=(NewField(name="name", type="TEXT"),))])
    (plain,) = model.objects.values()
    ids = [uuid7() for _ in range(length)]
    fields: list[dict[UUID, Field]] = [dict(plain.fields) for _ in ids]
    relations = [
        Relation(uuid7(), many_object=ids[at + 1], many_field=uuid7(), one_object=ids[at], one_field=uuid7())
        for at in range(length - 1)
    ]
    for at, each in enumerate(relations):
        before = Field(each.many_field, "before", "RELATION", "before_id", "Before", relation_id=each.id)
        after = Field(each.one_field, "next", "RELATION", None, "Next", relation_id=each.id)
        fields[at + 1][before.id], fields[at][after.id] = before, after
    objects = {
        id_: replace(
            plain, id=id_, name_singular=f"link{at}x", name_plural=f"links{at}x", table=f"links{at}", fields=fields[at]
        )
        for at, id_ in enumerate(ids)
    }
    return replace(model, objects=objects, relations={each.id: each for each in relations})


async def with_tables(api: DataApi, snapshot: Snapshot, *names: str) -> Client:
    """A workspace that this process knows, with the tables of these objects only."""
    api.workspaces.put(snapshot)
    tables = Tables(snapshot, snapshot.schema)
    async with api.db.transaction() as connection:
        await connection.execute(str(CreateSchema(snapshot.schema).compile(dialect=DIALECT)))
        events = events_table(MetaData(), snapshot.schema)
        await connection.execute(str(CreateTable(events).compile(dialect=DIALECT)))
        for name in names:
            table = CreateTable(tables[snapshot.kept_objects[name].id], include_foreign_key_constraints=[])
            await connection.execute(str(table.compile(dialect=DIALECT)))
    return Client(api, snapshot)


async def test_a_chain_of_two_thousand_objects_is_answered_and_introspected(api: DataApi) -> None:
    client = await with_tables(api, chain(2_000), "link1999x", "link1998x", "link1997x")

    made = await client.data('mutation {createLink1997x(data: {name: "a"}) {id}}')
    query = (
        '{links1997x(filter: {next: {every: {next: {none: {name: {eq: "b"}}}}}}) {name next {next {before {name}}}}}'
    )

    assert made["createLink1997x"]["id"]
    assert await client.data(query) == {"links1997x": [{"name": "a", "next": []}]}
    types = (await client.data("{__schema {types {name}}}"))["__schema"]["types"]
    assert {"Link0x", "Link1999x", "Link1999xFilterInput"} <= {each["name"] for each in types}


async def test_three_hundred_objects_of_fifty_fields_are_answered_and_introspected(api: DataApi) -> None:
    client = await with_tables(api, made_of(wide(300, 46)), "thing7x")

    made = await client.data('mutation {createThing7x(data: {field0: "a", field44: {}}) {field0 field44 field1}}')
    types = (await client.data("{__schema {types {name fields {name}}}}"))["__schema"]["types"]

    assert made == {"createThing7x": {"field0": "a", "field44": {}, "field1": None}}
    (thing,) = (each for each in types if each["name"] == "Thing299x")
    assert len(thing["fields"]) == 46 + len(SYSTEM_FIELDS) - 1  # the search vector is not shown


@pytest.mark.parametrize("name", ["query", "mutation", "type", "on", "fragment", "input", "true1", "null1"])
async def test_fields_may_have_the_names_that_graphql_uses(api: DataApi, name: str) -> None:
    client = Client(
        api, await api.workspace([CreateObject(name_singular="thing", fields=(NewField(name=name, type="TEXT"),))])
    )

    await client.data(f'mutation {{createThing(data: {{{name}: "x"}}) {{id}}}}')

    found = await client.data(f'{{things(filter: {{{name}: {{eq: "x"}}}}, orderBy: {{{name}: ASC}}) {{{name}}}}}')
    assert found == {"things": [{name: "x"}]}


@pytest.mark.parametrize("name", ["user", "select", "order", "table", "group", "end", "analyse", "j", "t1", "r1", "w"])
async def test_fields_and_objects_may_have_the_names_that_sql_uses(api: DataApi, name: str) -> None:
    field = NewField(name=name, type="TEXT")
    loop = NewField(
        name="link", type="RELATION", relation=NewRelation(type="MANY_TO_ONE", target=name, inverse_name="links")
    )
    client = Client(
        api, await api.workspace([CreateObject(name_singular=name, name_plural=f"{name}s", fields=(field, loop))])
    )
    one = f"{name[0].upper()}{name[1:]}"

    made = await client.data(f'mutation {{create{one}(data: {{{name}: "x"}}) {{id {name}}}}}')
    await client.data(
        f'mutation($id: ID!) {{create{one}s(data: [{{linkId: $id, {name}: "y"}}]) {{links {{id}}}}}}',
        id=made[f"create{one}"]["id"],
    )

    found = await client.data(
        f'{{{name}s(filter: {{links: {{some: {{{name}: {{eq: "y"}}}}}}}}, orderBy: {{link: {{{name}: ASC}}}}) '
        f"{{{name} links {{{name} link {{{name}}}}}}}}}"
    )
    assert found == {f"{name}s": [{name: "x", "links": [{name: "y", "link": {name: "x"}}]}]}
