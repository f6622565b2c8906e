"""Random roles over random worlds: what is hidden is answered nowhere, and changes no answer.

ARMATURE_TEST_WORLDS sets how many worlds are tried, as in test_differential.py.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
import pytest
from graphql import GraphQLError
from hypothesis import given, note, settings
from hypothesis import strategies as st

from armature.core.errors import ArmatureError
from armature.metadata.access import roles_of, visible
from armature.metadata.changes import Change
from armature.metadata.model import Snapshot
from armature.migrations.workspace.change import change_workspace
from armature.schema_builder.run.answer import Operation, refusal
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.tables import column_name, has_unique, stored_fields
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View
from tests.schema_builder.differential import SETTINGS, forget, some_world
from tests.schema_builder.test_differential import PATIENT, ROWS, WORLDS
from tests.support.answers import assert_same, canonical, canonical_of, error_places
from tests.support.data_api import DataApi, data_api, insert_state
from tests.support.oracle.execute import expected
from tests.support.worlds.choices import Choices, choices, seeded
from tests.support.worlds.data import Row, State, some_data
from tests.support.worlds.models import some_model
from tests.support.worlds.mutations import some_mutation, some_upsert
from tests.support.worlds.queries import Generated, some_query
from tests.support.worlds.roles import ROLE, let_in, role_of_records, schema_of_role, some_role

EMAIL = "clerk@example.com"
CLERK = Caller("MANUAL", EMAIL, user_id=UUID(int=7), roles=(ROLE,), email=EMAIL)


@pytest.fixture
async def api(migrated_database_url: str) -> AsyncIterator[DataApi]:
    async with data_api(migrated_database_url, SETTINGS) as api:
        yield api


async def answer(api: DataApi, snapshot: Snapshot, asked: Generated) -> Any:
    operation = Operation(asked.query, asked.variables, asked.name)
    try:
        return await api.body(snapshot, operation, CLERK)
    except ArmatureError as error:
        return refusal([GraphQLError(error.message, original_error=error)]).body


@settings(PATIENT, max_examples=WORLDS or 40)
@given(chance=choices(), operations=st.integers(1, 8))
async def test_a_role_is_answered_as_if_there_were_nothing_else(api: DataApi, chance: Choices, operations: int) -> None:
    """The oracle has only the rows that a naive look at each lets in."""
    world = await some_world(api, chance, ROWS)
    changes = some_role(chance, world.schema, world.state)
    note(str(changes))
    snapshot = await change_workspace(api.db, world.snapshot.workspace_id, changes)
    schema, shown = schema_of_role(snapshot), let_in(world.schema, snapshot, world.state)
    for _ in range(operations):
        asked = some_query(chance, schema, world.state)
        note(f"{asked.query}\n{asked.variables}")
        body = await answer(api, snapshot, asked)
        wanted = expected(schema, shown, asked.query, asked.variables, asked.name)
        assert error_places(msgspec.json.decode(body, type=dict[str, Any])) == wanted.errors, body
        assert_same(canonical(body)[0], canonical_of({"data": wanted.data})[0])
    await forget(world)


class Twins:
    """Two workspaces of one model and one role, which differ in nothing that the role sees."""

    def __init__(self, api: DataApi, snapshots: tuple[Snapshot, Snapshot], state: State) -> None:
        self.api = api
        self.snapshots = snapshots
        self.state = state
        self.schema = schema_of_role(snapshots[0])

    async def answers(self, asked: Generated) -> tuple[bytes, bytes]:
        note(f"{asked.query}\n{asked.variables}")
        one, other = self.snapshots
        return await answer(self.api, one, asked), await answer(self.api, other, asked)

    async def forget(self) -> None:
        async with self.api.db.connection() as connection:
            for each in self.snapshots:
                await connection.execute(f"DROP SCHEMA {each.schema} CASCADE")


async def some_twins(api: DataApi, chance: Choices, rows: int) -> Twins:
    model = some_model(chance)
    one, other = await api.workspace(model), await api.workspace(model)
    state = some_data(seeded(chance.below(1_000)), one, chance.between(0, rows))
    shown = {of: [id_ for id_ in ids if seeded(id_.int).chance(60)] for of, ids in state.items()}
    schema = WorkspaceSchema(View(one))
    changes = role_of_records(chance, schema, shown)
    note(str(changes))
    snapshots = await _changed(api, one, changes), await _changed(api, other, changes)
    await insert_state(api.db, one, state)
    await insert_state(api.db, other, _other(seeded(chance.below(1_000)), snapshots[0], other, state, shown))
    return Twins(api, snapshots, state)


async def _changed(api: DataApi, snapshot: Snapshot, changes: list[Change]) -> Snapshot:
    return await change_workspace(api.db, snapshot.workspace_id, changes)


def _other(
    chance: Choices, one: Snapshot, other: Snapshot, state: State, shown: dict[UUID, list[UUID]]
) -> dict[UUID, dict[UUID, Row]]:
    """The same records, but for what the role does not see: hidden fields, and of hidden rows all but the ids."""
    seen = visible(one, roles_of(one, (ROLE,)))
    fresh = some_data(chance, one, 40)
    found: dict[UUID, dict[UUID, Row]] = {}
    for of, twin in zip(one.objects.values(), other.objects.values(), strict=True):
        hidden = {column_name(each) for each in stored_fields(seen.objects[of.id]) if not each.is_visible}
        free = {
            column_name(each)
            for each in stored_fields(of)
            if each.relation_id is None and not has_unique(each) and column_name(each) not in ("id", "deleted_at")
        }
        spare = [*fresh[of.id].values()]
        found[twin.id] = {}
        for id_, row in state[of.id].items():
            differs = free if id_ not in shown[of.id] else free & hidden
            source = spare[id_.int % len(spare)] if spare else row
            found[twin.id][id_] = {**row, **{name: source[name] for name in differs}}
    return found


@settings(PATIENT, max_examples=WORLDS or 40)
@given(chance=choices(), operations=st.integers(1, 8))
async def test_what_a_role_does_not_see_changes_no_answer(api: DataApi, chance: Choices, operations: int) -> None:
    twins = await some_twins(api, chance, ROWS)
    for _ in range(operations):
        one, other = await twins.answers(some_query(chance, twins.schema, twins.state))
        assert one == other
    await twins.forget()


@settings(PATIENT, max_examples=WORLDS or 30)
@given(chance=choices(), operations=st.integers(1, 6))
async def test_nor_does_it_change_what_mutations_do(api: DataApi, chance: Choices, operations: int) -> None:
    """Ids that PostgreSQL gives differ by nature; so do moments."""
    twins = await some_twins(api, chance, ROWS // 2)
    if twins.schema.graphql.mutation_type is None:
        return
    for _ in range(operations):
        kind = some_upsert if chance.chance(30) else some_mutation
        one, other = await twins.answers(kind(chance, twins.schema, twins.state))
        assert_same(_same_ids(twins, one), _same_ids(twins, other))
        query = some_query(chance, twins.schema, twins.state)
        one, other = await twins.answers(replace(query, name=query.name))
        assert_same(_same_ids(twins, one), _same_ids(twins, other))
    await twins.forget()


def _same_ids(twins: Twins, body: bytes) -> Any:
    """A record made meanwhile is like any other."""
    return _named(canonical(body))


def _named(value: Any) -> Any:
    match value:
        case str():
            return "(id)" if _is_new(value) else value
        case tuple():
            return tuple(_named(each) for each in value)
        case list():
            return [_named(each) for each in value]
        case _:
            return value


def _is_new(text: str) -> bool:
    try:
        return UUID(text).version == 7
    except ValueError:
        return False
