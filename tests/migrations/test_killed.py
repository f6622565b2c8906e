"""A process killed in the middle of a changeset leaves both sides as they were."""

import asyncio
import subprocess
import sys

import pytest

from tests.metadata.models import add_field, text
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


@pytest.mark.parametrize("moment", ["apply_steps", "record_version"])
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


async def test_an_ended_connection_is_no_end_of_the_server(crm: Living) -> None:
    async with crm.db.connection() as other:
        pids = await other.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert pids is not None

    await crm.change(add_field("company", text("slogan")))
    await crm.assert_healthy()
