"""Whatever is asked of a model with records in it is done or refused; the tables are always what the catalog says."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armature.metadata.changes import Change
from armature.metadata.model import Field, Object
from armature.migrations.workspace.change import RecordsBusy
from armature.migrations.workspace.conflicts import ValuesInTheWay
from armature.schema_builder.tables import stored_fields
from tests.metadata.test_properties import BEGINNING, CHANGES
from tests.migrations.living import Living, living, opened


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changesets=st.lists(st.lists(CHANGES, min_size=1, max_size=3), max_size=12), seed=st.integers(0, 1_000))
def test_any_changes_leave_what_they_say(
    runner: asyncio.Runner, migrated_database_url: str, changesets: list[list[Change]], seed: int
) -> None:
    runner.run(_change_and_compare(migrated_database_url, changesets, Random(seed)))  # noqa: S311  no secret


async def _change_and_compare(url: str, changesets: list[list[Change]], chance: Random) -> None:
    async with opened(url, pool_size=2) as db:
        workspace = await living(db, *BEGINNING)
        for changes in changesets:
            await _live(workspace, chance)
            for error in await workspace.errors(*changes):
                assert not isinstance(error, RecordsBusy | ValuesInTheWay), "no guard saw it coming"
        await workspace.assert_healthy()


async def _live(workspace: Living, chance: Random) -> None:
    """Some records come, change, lead to others and go, as far as the database lets them; members are the catalog's."""
    for of in (each for each in workspace.snapshot.objects.values() if each.may("CREATE")):
        await _try(workspace, of, "INSERT INTO {table} DEFAULT VALUES")
        for field in stored_fields(of):
            if field.relation_id is not None and chance.random() < 0.7:
                target = workspace.snapshot.link(field).target
                some = await workspace.run(_sql("SELECT id FROM {table} LIMIT 1", target))
                await _try(workspace, of, "UPDATE {table} SET {column} = $1", field, *(some[0] if some else [None]))
            elif field.options and chance.random() < 0.5:
                value = chance.choice(field.options).value
                await _try(workspace, of, "UPDATE {table} SET {column} = $1", field, value)
            elif field.kind == "TEXT" and chance.random() < 0.5:
                await _try(workspace, of, "UPDATE {table} SET {column} = $1", field, chance.choice("AB"))
        if chance.random() < 0.3:
            await _try(workspace, of, "DELETE FROM {table}")
        if chance.random() < 0.2:
            await _try(workspace, of, "UPDATE {table} SET deleted_at = now()")


async def _try(workspace: Living, of: Object, sql: str, field: Field | None = None, *values: Any) -> None:
    with suppress(asyncpg.IntegrityConstraintViolationError):
        await workspace.run(_sql(sql, of, field), *values)


def _sql(template: str, of: Object, field: Field | None = None) -> str:
    column = f'"{field.column}"' if field else ""
    return template.replace("{table}", f'{{}}."{of.table}"').replace("{column}", column)
