"""Random models, records and operations: the engine answers as graphql-core's executor does over plain rows.

ARMATURE_TEST_WORLDS sets how many worlds are tried, chosen anew at each run; without it, they are few and the same.
"""

import os
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.schema_builder.differential import SETTINGS, forget, some_world, with_rollups
from tests.support.data_api import DataApi, data_api
from tests.support.oracle.references import Undecided
from tests.support.replay import check_replay, images_of
from tests.support.worlds.choices import Choices, choices
from tests.support.worlds.mutations import some_mutation
from tests.support.worlds.queries import some_query

WORLDS = int(os.environ.get("ARMATURE_TEST_WORLDS", "0"))
ROWS = 40

PATIENT = settings(
    deadline=None,
    database=None,
    derandomize=not WORLDS,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)


@pytest.fixture
async def api(migrated_database_url: str) -> AsyncIterator[DataApi]:
    async with data_api(migrated_database_url, SETTINGS) as api:
        yield api


@settings(PATIENT, max_examples=WORLDS or 60)
@given(chance=choices(), operations=st.integers(1, 8))
async def test_queries_are_answered_as_by_the_reference_executor(
    api: DataApi, chance: Choices, operations: int
) -> None:
    world = await with_rollups(await some_world(api, chance, ROWS), chance)
    for _ in range(operations):
        await world.check_query(some_query(chance, world.schema, world.state))
    await forget(world)


@settings(PATIENT, max_examples=WORLDS or 40)
@given(chance=choices(), operations=st.integers(1, 8))
async def test_mutations_leave_the_records_and_answers_that_naive_code_leaves(
    api: DataApi, chance: Choices, operations: int
) -> None:
    """And leave events of just that."""
    world = await some_world(api, chance, ROWS // 2)
    async with api.db.connection() as connection:
        before = await images_of(connection, world.snapshot)
    for _ in range(operations):
        try:
            await world.check_mutation(some_mutation(chance, world.schema, world.state))
        except Undecided:
            break
    async with api.db.connection() as connection:
        await check_replay(connection, world.snapshot, before)
    await forget(world)
