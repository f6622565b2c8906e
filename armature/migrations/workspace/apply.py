"""Run the steps of a change, inside the transaction of the caller."""

from collections.abc import Sequence

import asyncpg

from armature.core.db import Connection
from armature.metadata.model import Snapshot
from armature.migrations.workspace.conflicts import ValueTooLong
from armature.migrations.workspace.guards import check_records
from armature.migrations.workspace.render import render_steps
from armature.migrations.workspace.steps import Step

LOCK_TIMEOUT = "2s"


async def apply_steps(connection: Connection, steps: Sequence[Step], before: Snapshot) -> None:
    """All steps in one round trip, after asking what stands in their way.

    Waiting for a lock longer than two seconds ends the transaction with asyncpg's LockNotAvailableError: a refused
    change is better than a workspace that stands still behind it. Raises the conflicts of `guards.py`.
    """
    await check_records(connection, steps, before, before.schema)
    await run_statements(connection, render_steps(steps, before.schema))


async def run_statements(connection: Connection, statements: Sequence[str]) -> None:
    """Raises ValueTooLong, apart from what asyncpg raises."""
    if not statements:
        return
    try:
        await connection.execute(";\n".join((f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'", *statements)))
    except asyncpg.ProgramLimitExceededError as error:
        if error.sqlstate == asyncpg.ProgramLimitExceededError.sqlstate:
            raise ValueTooLong from error
        raise
