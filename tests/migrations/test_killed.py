"""A process killed in the middle of a changeset leaves both sides as they were."""

import asyncio
import subprocess
import sys

import pytest

from tests.metadata.models import add_field, text, update_field
from tests.migrations.living import Living

# Changes a model and stops for ever inside the transaction, before or after a table of the catalog is written to.
VICTIM = """
import asyncio, sys
from uuid import UUID

from armature.core.db import open_database
from armature.metadata.changes import CreateField, NewField
from armature.migrations.workspace import change

url, workspace, moment = sys.argv[1:]


async def stop(*_, **__):
    print("here", flush=True)
    await asyncio.Event().wait()


setattr(change, moment, stop)


async def main():
    db = await open_database(url)
    field = NewField(name="slogan", type="TEXT")
    await change.change_workspace(db, UUID(workspace), [CreateField(object="company", field=field)])


asyncio.run(main())
"""


@pytest.mark.parametrize("moment", ["apply_steps", "write_down"])
async def test_neither_column_nor_metadata(crm: Living, migrated_database_url: str, moment: str) -> None:
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", VICTIM, migrated_database_url, str(crm.id), moment, stdout=subprocess.PIPE
    )
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"here\n"
    victim.kill()
    await victim.wait()

    await crm.change(add_field("company", text("motto")))  # waits until PostgreSQL has noticed

    assert crm.snapshot.version == 2
    assert "slogan" not in await crm.columns("companies")
    await crm.assert_healthy()


# Converts a field, and stops for ever when all values are converted, before the transaction ends.
CONVERTING_VICTIM = VICTIM.replace(
    """    field = NewField(name="slogan", type="TEXT")
    await change.change_workspace(db, UUID(workspace), [CreateField(object="company", field=field)])""",
    """    step = UpdateField(object="company", field="size", type="NUMBER", on_failure="NULL")
    await change.change_workspace(db, UUID(workspace), [step])""",
).replace("CreateField, NewField", "UpdateField")


async def test_no_value_is_converted_or_lost(crm: Living, migrated_database_url: str) -> None:
    await crm.change(add_field("company", text("size")))
    await crm.run(
        "INSERT INTO {}.companies (name, size) SELECT n::text, CASE WHEN n % 2 = 0 THEN 'x' ELSE '' END || n::text "
        "FROM generate_series(1, 1000) AS n RETURNING id"
    )
    values = "SELECT size FROM {}.companies ORDER BY name"
    before, columns = await crm.run(values), await crm.columns("companies")
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CONVERTING_VICTIM,
        migrated_database_url,
        str(crm.id),
        "write_down",
        stdout=subprocess.PIPE,
    )
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"here\n"
    victim.kill()
    await victim.wait()

    assert await crm.run(values) == before  # waits until PostgreSQL has noticed
    assert await crm.columns("companies") == columns
    await crm.assert_healthy()
    await crm.change(update_field("company", "size", type="NUMBER", on_failure="NULL"))
    await crm.assert_healthy()


async def test_an_ended_connection_is_no_end_of_the_server(crm: Living) -> None:
    async with crm.db.connection() as other:
        pids = await other.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert pids is not None

    await crm.change(add_field("company", text("slogan")))
    await crm.assert_healthy()
