"""@atomic: all fields of a mutation or none. ifUpdatedAt: no change of what somebody else changed meanwhile."""

import asyncio
from typing import Any

import pytest

from armature.core.settings import Settings
from tests.schema_builder.conftest import add_crm
from tests.support.data_api import Client, data_api
from tests.support.small_crm import ACME, GONE, TEAPOT

TASKS = '{tasks(filter: {title: {in: ["a", "b", "c"]}}, orderBy: {title: ASC}) {title}}'
NOBODY = "00000000-0000-0000-0000-000000000000"


# All or none


async def test_all_fields_are_written_each_seeing_those_before(own_crm: Client) -> None:
    found = await own_crm.data(
        'mutation @atomic {__typename a: createTask(data: {title: "a"}) {title} '
        'b: updateTasks(filter: {title: {eq: "a"}}, data: {title: "b"}) {count} '
        'c: createTasks(data: [{title: "c"}, {title: "d", company: {create: {name: "x"}}}]) {title}}'
    )

    assert found == {
        "__typename": "Mutation",
        "a": {"title": "a"},
        "b": {"count": 1},
        "c": [{"title": "c"}, {"title": "d"}],
    }
    assert await own_crm.data(TASKS) == {"tasks": [{"title": "b"}, {"title": "c"}]}


@pytest.mark.parametrize(
    "failing",
    [
        f'updateCompany(id: "{NOBODY}", data: {{}}) {{id}}',
        f'updateCompany(id: "{ACME}", data: {{domainName: "teapot.example"}}) {{id}}',
        f'createPerson(data: {{companyId: "{GONE}"}}) {{id}}',
        'createCompanies(data: [{}, {domainName: "acme.com"}]) {id}',
        'createTask(data: {company: {create: {domainName: "acme.com"}}}) {id}',
    ],
)
async def test_the_first_error_undoes_everything(own_crm: Client, failing: str) -> None:
    answer = await own_crm.ask(
        f'mutation @atomic {{a: createTask(data: {{title: "a"}}) {{id}} it: {failing} '
        f'c: createTask(data: {{title: "c"}}) {{id}}}}'
    )

    (error,) = answer["errors"]
    assert answer["data"] is None
    assert error["path"] == ["it"]
    assert await own_crm.data(TASKS) == {"tasks": []}


async def test_without_the_directive_what_was_done_stays(own_crm: Client) -> None:
    await own_crm.ask(
        f'mutation {{a: createTask(data: {{title: "a"}}) {{id}} updateCompany(id: "{NOBODY}", data: {{}}) {{id}}}}'
    )

    assert await own_crm.data(TASKS) == {"tasks": [{"title": "a"}]}


async def test_the_directive_is_in_the_schema_and_only_for_mutations(own_crm: Client) -> None:
    found = await own_crm.data("{__schema {directives {name locations}}}")
    query = await own_crm.error("query @atomic {companies {id}}")

    assert {"name": "atomic", "locations": ["MUTATION"]} in found["__schema"]["directives"]
    assert "directive @atomic on MUTATION" in str(await own_crm.api.engine.sdl(own_crm.snapshot.workspace_id))
    assert query["code"] == "BAD_USER_INPUT"


async def test_one_connection_is_enough_for_all_fields(data_url: str) -> None:
    async with data_api(data_url, Settings(), pool_size=1) as api:
        client = Client(api, await add_crm(api))
        await client.data(
            'mutation @atomic {createTasks(data: [{title: "a"}]) {id} createTask(data: {title: "b"}) {id} '
            f'updateCompany(id: "{ACME}", data: {{notes: {{create: {{title: "n"}}}}}}) {{id}}}}'
        )

        assert await client.data(TASKS) == {"tasks": [{"title": "a"}, {"title": "b"}]}


# Changed meanwhile

FIELDS = {
    "update": 'updateCompany(id: $id, data: {name: "x"}, ifUpdatedAt: $at) {name}',
    "nested": "updateCompany(id: $id, data: {people: {set: []}}, ifUpdatedAt: $at) {name}",
    "delete": "deleteCompany(id: $id, ifUpdatedAt: $at) {name}",
    "restore": "restoreCompany(id: $id, ifUpdatedAt: $at) {name}",
    "destroy": "destroyCompany(id: $id, ifUpdatedAt: $at) {name}",
}


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
async def test_a_record_that_was_changed_meanwhile_is_not_written(own_crm: Client, field: str) -> None:
    query = f"mutation($id: ID!, $at: DateTime) {{it: {field}}}"
    read = f'{{company(id: "{TEAPOT}") {{name updatedAt people {{id}}}}}}'
    known = (await own_crm.data(read))["company"]["updatedAt"]
    await own_crm.data(f'mutation {{updateCompany(id: "{TEAPOT}", data: {{employees: 9}}) {{id}}}}')
    present = (await own_crm.data(read))["company"]

    error = await own_crm.error(query, id=str(TEAPOT), at=known)

    assert (error["code"], error["updatedAt"], error["path"]) == ("CONFLICT", present["updatedAt"], ["it"])
    assert (await own_crm.data(read))["company"] == present
    await own_crm.data(query, id=str(TEAPOT), at=present["updatedAt"])


async def test_of_two_who_know_the_same_record_one_may_change_it(own_crm: Client) -> None:
    known = (await own_crm.data(f'{{company(id: "{ACME}") {{updatedAt}}}}'))["company"]["updatedAt"]
    query = (
        "mutation($name: String, $at: DateTime) "
        f'{{updateCompany(id: "{ACME}", data: {{name: $name}}, ifUpdatedAt: $at) {{name}}}}'
    )

    answers: list[Any] = await asyncio.gather(*(own_crm.ask(query, name=str(each), at=known) for each in range(4)))

    assert sorted("errors" in each for each in answers) == [False, True, True, True]


async def test_what_is_not_there_is_not_found_whatever_its_time(own_crm: Client) -> None:
    query = f'mutation {{deleteCompany(id: "{GONE}", ifUpdatedAt: "2026-01-01T00:00:00Z") {{id}}}}'

    assert (await own_crm.error(query))["code"] == "NOT_FOUND"


async def test_a_time_that_is_null_is_refused_and_one_left_out_is_none(own_crm: Client) -> None:
    query = f'mutation($at: DateTime) {{updateCompany(id: "{ACME}", data: {{}}, ifUpdatedAt: $at) {{name}}}}'

    assert (await own_crm.error(query, at=None))["inputPath"] == ["ifUpdatedAt"]
    assert await own_crm.data(query) == {"updateCompany": {"name": "Acme"}}
