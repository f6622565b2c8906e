"""One operation, answered by the engine and by the oracle: the two must agree, and so must their records."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import note

from armature.core.settings import Settings
from armature.metadata.model import Snapshot
from armature.migrations.workspace.change import change_workspace
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View
from tests.support.answers import assert_same, canonical, canonical_of, error_places
from tests.support.data_api import DataApi, insert_state, read_state
from tests.support.oracle.execute import Expected, expected, problems
from tests.support.oracle.rollups import rolled_up
from tests.support.oracle.values import document
from tests.support.worlds.choices import Choices, seeded
from tests.support.worlds.data import State, some_data
from tests.support.worlds.models import some_model
from tests.support.worlds.queries import Generated
from tests.support.worlds.rollups import some_rollups

SETTINGS = Settings(
    max_cost=10**15, max_conditions=10**9, max_aliases=10**6, max_depth=1_000, max_tokens=10**7, max_root_fields=10**6
)
"""Random operations are larger than what a server lets through."""


@dataclass
class World:
    """A workspace, and the rows that should be in it."""

    api: DataApi
    snapshot: Snapshot
    schema: WorkspaceSchema
    state: State

    async def check_query(self, asked: Generated) -> None:
        note(f"{asked.query}\n{asked.variables}")
        body = await self._answer(asked)
        self._compare(asked, expected(self.schema, self.state, asked.query, asked.variables, asked.name), body)

    async def check_mutation(self, asked: Generated) -> None:
        """Raises Undecided where the oracle can't tell; the world is then of no more use."""
        note(f"{asked.query}\n{asked.variables}")
        body = await self._answer(asked)
        async with self.api.db.connection() as connection:
            after = await read_state(connection, self.snapshot)
        fresh = {of: sorted(_given_ids(rows.keys() - self.state[of].keys())) for of, rows in after.items()}
        wanted = expected(self.schema, self.state, asked.query, asked.variables, fresh=fresh)
        self._compare(asked, wanted, body)
        assert_same(_state(after), _state(wanted.state))
        self.state = after

    async def _answer(self, asked: Generated) -> bytes:
        return await self.api.body(self.snapshot, Operation(asked.query, asked.variables, asked.name))

    def _compare(self, asked: Generated, wanted: Expected, body: bytes) -> None:
        found = msgspec.json.decode(body, type=dict[str, Any])
        if error_places(found) != wanted.errors:
            assert not problems(self.schema, asked.query), "the test made an operation that is not valid"
        assert error_places(found) == wanted.errors, body
        assert_same(canonical(body)[0], canonical_of({"data": wanted.data})[0])


async def some_world(api: DataApi, choices: Choices, rows: int) -> World:
    """The model is of hypothesis' choosing, the records of a seed: there are too many of them to shrink."""
    snapshot = await api.workspace(some_model(choices))
    state = some_data(seeded(choices.below(1_000)), snapshot, choices.between(0, rows))
    await insert_state(api.db, snapshot, state)
    return World(api, snapshot, WorkspaceSchema(View(snapshot)), state)


async def with_rollups(world: World, choices: Choices) -> World:
    """The same records, and what some of them come to; for queries only."""
    changes = list(some_rollups(choices, world.schema.view))
    id_ = world.snapshot.workspace_id
    snapshot = await change_workspace(world.api.db, id_, changes, known=world.snapshot)
    world.api.workspaces.put(snapshot)
    view = View(snapshot)
    return World(world.api, snapshot, WorkspaceSchema(view), rolled_up(view, world.state))


async def forget(world: World) -> None:
    async with world.api.db.connection() as connection:
        await connection.execute(f"DROP SCHEMA {world.snapshot.schema} CASCADE")


def _given_ids(ids: set[UUID]) -> set[UUID]:
    """Those that PostgreSQL gave; what a random client gives has no version."""
    return {each for each in ids if each.version == 7}


def _state(state: State) -> dict[UUID, dict[UUID, dict[str, Any]]]:
    return {
        of: {id_: {name: _value(value) for name, value in row.items()} for id_, row in rows.items()}
        for of, rows in state.items()
    }


def _value(value: Any) -> Any:
    """Moments of today all look the same, decimals as they are printed."""
    match value:
        case Decimal():
            return f"{abs(value) if value == 0 else value:f}"
        case UUID():
            return str(value)
        case datetime() | date():
            return canonical_of(value.isoformat())
        case _:
            return canonical_of(document(value))
