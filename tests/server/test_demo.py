"""The demo workspace is made once for a data directory, whatever came between."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from armature.core.db import Database, open_database
from armature.migrations.workspace.create import list_workspaces
from armature.migrations.workspace.delete import delete_workspace
from armature.server.auth.accounts import authenticate
from armature.server.demo import open_demo


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(migrated_database_url)
    yield opened
    await opened.close()


async def names(db: Database) -> list[str]:
    async with db.connection() as connection:
        return [each.name for each in await list_workspaces(connection)]


async def test_the_first_time_it_is_made_later_it_is_found(db: Database, tmp_path: Path) -> None:
    first = await open_demo(db, tmp_path)
    assert await authenticate(db, first.email, first.password)
    assert await open_demo(db, tmp_path) == first
    assert await names(db) == ["Demo"]


async def test_two_data_directories_on_one_database_have_one_each(db: Database, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    mine, others = await open_demo(db, tmp_path), await open_demo(db, tmp_path / "other")
    assert mine.workspace_id != others.workspace_id
    assert mine.email != others.email


async def test_a_start_interrupted_before_the_key_was_kept_is_finished(db: Database, tmp_path: Path) -> None:
    first = await open_demo(db, tmp_path)
    forget_key(tmp_path / "demo.json")
    again = await open_demo(db, tmp_path)
    assert again.workspace_id == first.workspace_id
    assert again.api_key != first.api_key


async def test_a_demo_that_was_deleted_is_made_anew(db: Database, tmp_path: Path) -> None:
    first = await open_demo(db, tmp_path)
    await delete_workspace(db, first.workspace_id)
    again = await open_demo(db, tmp_path)
    assert (again.email, again.password) == (first.email, first.password)
    assert again.workspace_id != first.workspace_id


async def test_a_new_database_under_an_old_data_directory_gets_its_demo(db: Database, tmp_path: Path) -> None:
    keep(tmp_path / "demo.json", {"email": "demo@armature.example", "password": "of yesterday", "apiKey": "arm_old"})
    assert (await open_demo(db, tmp_path)).password == "of yesterday"


def forget_key(file: Path) -> None:
    keep(file, {**json.loads(file.read_text()), "apiKey": None})


def keep(file: Path, credentials: dict[str, str | None]) -> None:
    file.write_text(json.dumps(credentials))
