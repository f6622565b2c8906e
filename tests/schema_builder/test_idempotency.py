"""Idempotency-Key: a mutation sent again under the same key is executed once."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from armature.core.errors import ArmatureError
from armature.core.settings import Settings
from armature.metadata.model import Snapshot
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.run.once import KeyReused, StillRunning
from tests.support.data_api import Client, DataApi, data_api
from tests.support.small_crm import ACME

ANN, BOB = (Caller("MANUAL", user_id=UUID(int=each)) for each in (1, 2))
CREATE = Operation('mutation {createTask(data: {title: "once"}) {id title}}', {}, idempotency_key="k")
TASKS = '{tasks(filter: {title: {eq: "once"}}) {id}}'


async def send(api: DataApi, snapshot: Snapshot, operation: Operation, caller: Caller = ANN) -> bytes:
    return bytes((await api.engine.execute(operation, snapshot.workspace_id, caller)).body)


async def count(client: Client) -> int:
    return len((await client.data(TASKS))["tasks"])


async def test_the_same_request_again_gets_the_same_bytes(own_crm: Client, data_url: str) -> None:
    first = await send(own_crm.api, own_crm.snapshot, CREATE)
    again = await send(own_crm.api, own_crm.snapshot, CREATE)
    async with data_api(data_url) as another_process:
        elsewhere = await send(another_process, own_crm.snapshot, CREATE)

    assert first == again == elsewhere
    assert await count(own_crm) == 1


async def test_a_key_is_one_callers_in_one_workspace(own_crm: Client) -> None:
    await send(own_crm.api, own_crm.snapshot, CREATE)
    await send(own_crm.api, own_crm.snapshot, CREATE, BOB)
    await send(own_crm.api, own_crm.snapshot, replace(CREATE, idempotency_key="K"))

    assert await count(own_crm) == 3


@pytest.mark.parametrize(
    "other",
    [
        replace(CREATE, query=CREATE.query.replace("{id title}", "{id}")),
        replace(CREATE, variables={"a": 1}),
        replace(CREATE, query=f"{CREATE.query} query Q {{tasks {{id}}}}".replace("mutation", "mutation M"), name="M"),
    ],
)
async def test_another_request_under_the_same_key_is_refused(own_crm: Client, other: Operation) -> None:
    await send(own_crm.api, own_crm.snapshot, CREATE)

    with pytest.raises(KeyReused):
        await send(own_crm.api, own_crm.snapshot, other)


async def test_the_order_of_variables_is_no_difference(own_crm: Client) -> None:
    query = "mutation($a: String, $b: String) {createTask(data: {title: $a, body: $b}) {id}}"

    first = await send(own_crm.api, own_crm.snapshot, replace(CREATE, query=query, variables={"a": "1", "b": "2"}))
    again = await send(own_crm.api, own_crm.snapshot, replace(CREATE, query=query, variables={"b": "2", "a": "1"}))

    assert first == again


async def test_at_the_same_moment_one_runs_and_the_others_wait_or_are_told_to(own_crm: Client, data_url: str) -> None:
    async def attempt(api: DataApi) -> bytes:
        while True:
            try:
                return await send(api, own_crm.snapshot, CREATE)
            except StillRunning:
                await asyncio.sleep(0.01)

    async with data_api(data_url) as other:
        answers = await asyncio.gather(*(attempt(api) for api in (own_crm.api, other) * 8))

    assert len(set(answers)) == 1
    assert await count(own_crm) == 1


async def test_while_the_first_runs_the_second_is_refused(own_crm: Client) -> None:
    """Somebody else holds the record that the first wants to write."""
    operation = Operation(f'mutation {{updateCompany(id: "{ACME}", data: {{}}) {{id}}}}', {}, idempotency_key="k")
    async with own_crm.api.db.transaction() as connection:
        await connection.execute(f"SELECT FROM {own_crm.snapshot.schema}.companies FOR UPDATE")
        first = asyncio.create_task(send(own_crm.api, own_crm.snapshot, operation))
        await asyncio.sleep(0.2)
        with pytest.raises(StillRunning):
            await send(own_crm.api, own_crm.snapshot, operation)

    assert await first == await send(own_crm.api, own_crm.snapshot, operation)


async def test_errors_of_fields_are_answers_and_what_was_done_beside_them_stays(own_crm: Client) -> None:
    operation = replace(
        CREATE,
        query='mutation {a: createTask(data: {title: "once"}) {id} '
        f'b: updateCompany(id: "{ACME}", data: {{domainName: "teapot.example"}}) {{id}} '
        'c: createTask(data: {title: "once"}) {id}}',
    )

    first = await send(own_crm.api, own_crm.snapshot, operation)
    again = await send(own_crm.api, own_crm.snapshot, operation)

    assert first == again
    assert b'"b":null' in first
    assert await count(own_crm) == 2


async def test_an_atomic_mutation_that_failed_left_nothing_but_its_answer(own_crm: Client) -> None:
    operation = replace(
        CREATE,
        query='mutation @atomic {createTask(data: {title: "once"}) {id} '
        'createCompany(data: {domainName: "acme.com"}) {id}}',
    )

    first = await send(own_crm.api, own_crm.snapshot, operation)
    again = await send(own_crm.api, own_crm.snapshot, operation)

    assert first == again
    assert b'"data":null' in first
    assert await count(own_crm) == 0


async def test_what_was_refused_before_it_ran_is_not_kept(own_crm: Client) -> None:
    refused = await send(own_crm.api, own_crm.snapshot, replace(CREATE, query="mutation {nothing}"))

    assert b"errors" in refused
    assert b"errors" not in await send(own_crm.api, own_crm.snapshot, CREATE)


async def test_what_failed_for_a_reason_that_passes_is_not_kept_and_left_nothing(
    own_crm: Client, data_url: str
) -> None:
    """Somebody else holds the record until the second field gives up waiting."""
    operation = replace(
        CREATE,
        query=f'mutation {{createTask(data: {{title: "once"}}) {{id}} updateCompany(id: "{ACME}", data: {{}}) {{id}}}}',
    )
    async with (
        data_api(f"{data_url}?options=-c%20lock_timeout%3D50") as hasty,
        own_crm.api.db.transaction() as connection,
    ):
        await connection.execute(f"SELECT FROM {own_crm.snapshot.schema}.companies FOR UPDATE")
        failed = await send(hasty, own_crm.snapshot, operation)
    done = await send(own_crm.api, own_crm.snapshot, operation)

    assert b"CONFLICT" in failed
    assert b'"data":null' in failed
    assert b"errors" not in done
    assert await count(own_crm) == 1


async def test_answers_are_kept_for_as_long_as_the_setting_says_and_then_swept(own_crm: Client, data_url: str) -> None:
    await send(own_crm.api, own_crm.snapshot, CREATE)
    await send(own_crm.api, own_crm.snapshot, replace(CREATE, idempotency_key="other"))
    async with data_api(data_url, Settings(idempotency_lifetime=1)) as api:
        await asyncio.sleep(1.1)
        await send(api, own_crm.snapshot, CREATE)
    async with own_crm.api.db.connection() as connection:
        kept = await connection.fetch(
            "SELECT key FROM armature.idempotency_keys WHERE workspace_id = $1", own_crm.snapshot.workspace_id
        )

    assert await count(own_crm) == 3
    assert [row["key"] for row in kept] == ["k"]


async def test_a_query_has_no_use_for_a_key(own_crm: Client) -> None:
    query = replace(CREATE, query=TASKS)
    before = await send(own_crm.api, own_crm.snapshot, query)
    await send(own_crm.api, own_crm.snapshot, CREATE)

    assert await send(own_crm.api, own_crm.snapshot, query) != before


async def test_refusals_say_what_to_do() -> None:
    errors: list[ArmatureError] = [KeyReused(), StillRunning()]

    assert [(each.code, each.field) for each in errors] == [
        ("BAD_USER_INPUT", "Idempotency-Key"),
        ("CONFLICT", "Idempotency-Key"),
    ]
