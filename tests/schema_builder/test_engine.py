"""The engine over time: what it remembers, what workspaces share, what happens when the model moves on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import pytest

from armature.core.settings import Settings
from armature.metadata.changes import (
    Change,
    CreateField,
    CreateObject,
    DeleteField,
    DeleteObject,
    NewField,
    UpdateField,
)
from armature.metadata.packs.crm import CRM
from armature.metadata.store import WorkspaceNotFound
from armature.migrations.workspace.change import change_workspace
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.engine import TYPES
from armature.schema_builder.run.workspaces import FIELDS
from tests.schema_builder.conftest import add_crm
from tests.support.data_api import Client, DataApi, data_api
from tests.support.servers import Databases
from tests.support.small_crm import ACME


@pytest.fixture
async def deaf(databases: Databases, data_url: str) -> AsyncIterator[DataApi]:
    """A server that believes it hears of every change, and hears of none."""
    elsewhere = databases.create()
    async with data_api(data_url, listen_at=elsewhere) as api:
        yield api
    databases.drop(elsewhere)


# Sharing


async def test_workspaces_with_equal_models_share_one_schema(api: DataApi) -> None:
    first, second = await api.workspace(CRM), await api.workspace(CRM)
    other = await api.workspace([*CRM, CreateObject(name_singular="extra")])

    assert api.engine.schema(first) is api.engine.schema(second)
    assert api.engine.schema(first) is not api.engine.schema(other)


async def test_workspaces_that_share_a_schema_share_no_records(api: DataApi) -> None:
    first, second = Client(api, await add_crm(api)), Client(api, await api.workspace(CRM))
    query = "{companies {name}}"

    assert len((await first.data(query))["companies"]) == 3
    assert await second.data(query) == {"companies": []}
    await second.data('mutation {createCompany(data: {name: "Mine"}) {id}}')
    assert await second.data(query) == {"companies": [{"name": "Mine"}]}
    assert len((await first.data(query))["companies"]) == 3


async def test_an_unknown_workspace_is_not_found(api: DataApi) -> None:
    with pytest.raises(WorkspaceNotFound):
        await api.engine.execute(Operation("{__typename}", {}), ACME)


# Remembering


async def test_what_is_remembered_is_bounded(data_url: str) -> None:
    small = Settings(document_cache_size=5, statement_cache_size=7, shape_cache_size=2)
    async with data_api(data_url, small) as api:
        clients = [Client(api, await api.workspace([CreateObject(name_singular=f"thing{n}")])) for n in range(4)]
        for number in range(30):
            for at, client in enumerate(clients):
                await client.data(f"{{a{number}: thing{at}s(limit: {number}) {{id}}}}")
        query = "query($f: Thing0FilterInput) {thing0s(filter: $f) {id}}"
        for number in range(30):
            await clients[0].data(query, f={"or": [{}] * number})

        sizes = [len(each) for each in (api.engine._prepared, api.engine._plans, api.engine._schemas)]
        assert all(size <= limit for size, limit in zip(sizes, (5, 7, 2), strict=True))


async def test_schemas_weigh_what_was_looked_at_in_them(data_url: str) -> None:
    fields = tuple(NewField(name=f"f{at}", type="TEXT") for at in range(3))
    models = [[CreateObject(name_singular=f"thing{n}x{at}", fields=fields) for at in range(8)] for n in range(4)]
    async with data_api(data_url, Settings(shape_cache_size=5)) as api:
        clients = [Client(api, await api.workspace(model)) for model in models]
        for n, client in enumerate(clients):
            for at in range(8):
                of = f"thing{n}x{at}s"
                await client.data(f"{{{of}Aggregate {{max {{f0}}}} {of}(orderBy: {{f0: ASC}}) {{id}}}}")
                await client.data(f'{{{of}Connection(filter: {{f0: {{eq: "a"}}}}) {{edges {{node {{id}}}}}}}}')

        kept = [each for client in clients if (each := api.engine._schemas.get(client.snapshot.fingerprint))]
        assert 0 < len(kept) < len(clients)
        assert sum(1 + len(each.types.made) // TYPES for each in kept) <= 5
        assert {key[0] for key in api.engine._prepared._kept} <= {each.view.snapshot.fingerprint for each in kept}


async def test_large_models_are_kept_as_several(data_url: str) -> None:
    fields = tuple(NewField(name=f"f{at}", type="TEXT") for at in range(FIELDS))
    async with data_api(data_url, Settings(workspace_cache_size=3)) as api:
        clients = [Client(api, await api.workspace([CreateObject(name_singular="t", fields=fields)])) for _ in range(3)]
        for client in clients:
            assert await client.data("{ts {f0}}") == {"ts": []}

        assert [api.workspaces.last(each.snapshot.workspace_id) is None for each in clients] == [True, True, False]


async def test_many_requests_at_once_get_their_own_answers(own_crm: Client) -> None:
    query = "query($name: String!) {companies(filter: {name: {eq: $name}}) {name}}"
    names = ["Acme", "Teapot 100%", "cheshire_cats", "Nobody"] * 25

    answers = await asyncio.gather(*(own_crm.data(query, name=name) for name in names))

    assert answers == [{"companies": [] if name == "Nobody" else [{"name": name}]} for name in names]


async def test_values_of_equal_shape_are_read_anew_for_each_request(own_crm: Client) -> None:
    query = "mutation($data: [TaskCreateInput!]!) {createTasks(data: $data) {title status}}"

    for given in ([{"title": "a"}], [{"title": "b"}, {"status": "DONE"}], []):
        found = await own_crm.data(query, data=given)
        assert found["createTasks"] == [{"title": "", "status": "TODO", **each} for each in given]


async def test_skipping_by_a_variable_is_decided_for_each_request(own_crm: Client) -> None:
    query = "query($a: Boolean = true, $b: Boolean!) {companies(limit: 1) {name @skip(if: $a) id @include(if: $b)}}"

    assert await own_crm.data(query, b=True) == {"companies": [{"id": str(ACME)}]}
    assert await own_crm.data(query, a=False, b=False) == {"companies": [{"name": "Acme"}]}
    assert await own_crm.data(query, a=True, b=False) == {"companies": [{}]}


# A model that moved on, without this process having heard


async def change(url: str, client: Client, *changes: Change) -> None:
    """By another process."""
    async with data_api(url) as other:
        await change_workspace(other.db, client.snapshot.workspace_id, changes)


@pytest.mark.parametrize(
    ("changes", "query", "answer"),
    [
        (
            [CreateField(object="company", field=NewField(name="motto", type="TEXT", default_value="Tea!"))],
            f'{{company(id: "{ACME}") {{motto}}}}',
            {"company": {"motto": "Tea!"}},
        ),
        (
            [CreateField(object="company", field=NewField(name="motto", type="TEXT"))],
            f'mutation {{updateCompany(id: "{ACME}", data: {{motto: "More tea"}}) {{motto}}}}',
            {"updateCompany": {"motto": "More tea"}},
        ),
        ([CreateObject(name_singular="teapot")], "{teapots {id}}", {"teapots": []}),
        (
            [UpdateField(object="company", field="name", name="title")],
            '{companies(filter: {title: {eq: "Acme"}}, orderBy: {title: ASC}) {title}}',
            {"companies": [{"title": "Acme"}]},
        ),
    ],
)
async def test_what_the_newest_model_has_is_answered_by_it(
    deaf: DataApi, data_url: str, changes: Sequence[Change], query: str, answer: Any
) -> None:
    client = Client(deaf, await add_crm(deaf))
    await client.data("{companies {name}}")

    await change(data_url, client, *changes)

    assert await client.data(query) == answer
    assert (await client.data("{_schemaVersion}"))["_schemaVersion"] == 2


async def test_what_no_model_has_is_refused_by_the_newest(deaf: DataApi, data_url: str) -> None:
    client = Client(deaf, await add_crm(deaf))
    await client.data("{companies {name}}")
    await change(data_url, client, CreateField(object="company", field=NewField(name="motto", type="TEXT")))

    error = await client.error("{companies {mott}}")

    assert "Did you mean 'motto'?" in error["message"]


@pytest.mark.parametrize(
    ("changes", "query"),
    [
        ([DeleteField(object="company", field="employees")], "{companies {employees}}"),
        ([DeleteObject(object="note")], "{notes {id}}"),
        ([DeleteField(object="person", field="company")], "{people {company {name}}}"),
        ([UpdateField(object="company", field="name", name="title")], "{companies {name}}"),
    ],
)
async def test_without_a_listener_each_request_sees_the_newest_model(
    data_url: str, changes: Sequence[Change], query: str
) -> None:
    async with data_api(data_url) as api:
        client = Client(api, await add_crm(api))
        await client.data(query)
        await api.listener.stop()
        await change(data_url, client, *changes)

        assert "Cannot query field" in (await client.error(query))["message"]


async def test_a_notice_makes_the_next_request_see_the_new_model(api: DataApi, data_url: str) -> None:
    client = Client(api, await add_crm(api))
    await client.data("{companies {employees}}")
    heard = asyncio.Event()
    api.listener.on_notice(lambda _: heard.set())

    await change(data_url, client, DeleteField(object="company", field="employees"))
    await heard.wait()

    assert "Cannot query field 'employees'" in (await client.error("{companies {employees}}"))["message"]


@pytest.mark.parametrize("query", ["{tasks {id}}", "mutation {createTask(data: {}) {id}}"])
async def test_tables_that_differ_from_the_newest_model_are_a_fault_for_the_log(own_crm: Client, query: str) -> None:
    async with own_crm.api.db.connection() as connection:
        await connection.execute(f"DROP TABLE {own_crm.snapshot.schema}.tasks")

    with pytest.raises(asyncpg.UndefinedTableError):
        await own_crm.ask(query)


async def test_after_a_first_mutation_ran_a_change_of_the_model_is_told_and_not_run_again(own_crm: Client) -> None:
    async with own_crm.api.db.connection() as connection:
        await connection.execute(f"DROP TABLE {own_crm.snapshot.schema}.tasks")

    answer = await own_crm.ask(
        'mutation {a: createNote(data: {title: "once"}) {id} b: createTask(data: {}) {id} c: createNote(data: {}) {id}}'
    )

    assert [(each["path"], each["extensions"]["code"]) for each in answer["errors"]] == [(["b"], "SCHEMA_CHANGED")]
    found = await own_crm.data('{notes(filter: {title: {in: ["once", ""]}}) {title}}')
    assert found == {"notes": [{"title": "once"}]}
