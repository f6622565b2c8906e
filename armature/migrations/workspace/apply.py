"""Run the steps of a change, inside the transaction of the caller."""

from collections.abc import Sequence

import asyncpg

from armature.core.db import Connection
from armature.metadata.model import Field, Object, Snapshot
from armature.migrations.workspace.conflicts import (
    ColumnsUsedUp,
    CountersAlike,
    DatabaseDiffers,
    ValuesInTheWay,
    ValueTooLong,
    VectorsUnavailable,
)
from armature.migrations.workspace.conversion import look_ahead, refuse_failing
from armature.migrations.workspace.guards import check_records
from armature.migrations.workspace.locks import WAIT_NO_LONGER
from armature.migrations.workspace.render import render_steps
from armature.migrations.workspace.steps import Step
from armature.schema_builder.tables import constraint_field, stored_fields

NO_VECTORS = 'type "vector"'
COUNTER = '_seq" already exists'
DIFFERENT = (
    asyncpg.DuplicateTableError,
    asyncpg.DuplicateColumnError,
    asyncpg.DuplicateObjectError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
)


async def apply_steps(connection: Connection, steps: Sequence[Step], before: Snapshot) -> None:
    """All steps in one round trip, after asking what stands in their way.

    Waiting for a lock longer than two seconds ends the transaction with asyncpg's LockNotAvailableError: a refused
    change is better than a workspace that stands still behind it. Raises what `refuse_failing` raises, the conflicts
    of `guards.py`, and ValuesInTheWay.
    """
    refuse_failing(await look_ahead(connection, steps, before.schema))
    await apply_converting_steps(connection, steps, before)


async def apply_converting_steps(connection: Connection, steps: Sequence[Step], before: Snapshot) -> None:
    """As `apply_steps`, of which conversions have been looked at already."""
    await check_records(connection, steps, before, before.schema)
    try:
        await run_statements(connection, render_steps(steps, before.schema))
    except asyncpg.IntegrityConstraintViolationError as error:
        raise _in_the_way(error, steps) from error


def _in_the_way(error: asyncpg.IntegrityConstraintViolationError, steps: Sequence[Step]) -> ValuesInTheWay:
    """In words: the table of a foreign key's error may be the one it refers to, so it is looked for by name first."""
    concerned = [step.of for step in steps]
    for of in concerned:
        field = constraint_field(of, error.constraint_name or "") or _of_column(of, error)
        if field is not None:
            return ValuesInTheWay(of, field)
    return ValuesInTheWay(concerned[0], None)


def _of_column(of: Object, error: asyncpg.IntegrityConstraintViolationError) -> Field | None:
    if of.table != error.table_name or error.column_name is None:
        return None
    return next((each for each in stored_fields(of) if each.column == error.column_name), None)


async def run_statements(connection: Connection, statements: Sequence[str]) -> None:
    """Raises what `conflicts.py` has of PostgreSQL's own limits and DatabaseDiffers, apart from what asyncpg raises."""
    if not statements:
        return
    try:
        await connection.execute(";\n".join((WAIT_NO_LONGER, *statements)))
    except asyncpg.TooManyColumnsError as error:
        raise ColumnsUsedUp from error
    except asyncpg.ProgramLimitExceededError as error:
        if error.sqlstate == asyncpg.ProgramLimitExceededError.sqlstate:
            raise ValueTooLong from error
        raise
    except DIFFERENT as error:
        raise (CountersAlike() if COUNTER in str(error) else DatabaseDiffers(error)) from error
    except asyncpg.UndefinedObjectError as error:
        if NO_VECTORS in str(error):
            raise VectorsUnavailable from error
        raise
