"""A dry run: the change is made and taken back, so that what would stand in its way is found, not guessed."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, table

from armature.core.db import Connection, Database, fetch_value
from armature.metadata.changes import Change
from armature.metadata.edit import Edited
from armature.metadata.formula.fields import is_formula
from armature.metadata.model import Field, Object, Snapshot
from armature.metadata.stored import stored
from armature.migrations.workspace.apply import apply_converting_steps
from armature.migrations.workspace.broken import BrokenDocument, broken_documents
from armature.migrations.workspace.change import IN_THE_WAY, Changeset, edited, lock_newest, queue, told
from armature.migrations.workspace.conflicts import located
from armature.migrations.workspace.conversion import Conversion, look_ahead
from armature.migrations.workspace.diff import diff
from armature.migrations.workspace.found_options import with_found_options
from armature.migrations.workspace.index_jobs import later_indexes
from armature.migrations.workspace.render import held_column, render_steps
from armature.migrations.workspace.steps import (
    AddColumn,
    AddForeignKey,
    BuildIndex,
    ClearDangling,
    ConvertValues,
    CreateIndex,
    CreatePair,
    CreateTable,
    CreateUnique,
    CreateWayBack,
    FillNulls,
    RenameValues,
    Step,
    Watch,
)
from armature.schema_builder.indexes import drop
from armature.schema_builder.tables import is_made_anew

# PostgreSQL, chapter "Explicit Locking". What is not here takes the strongest.
EXCLUSIVE = "ACCESS EXCLUSIVE"
CONCURRENT = "SHARE UPDATE EXCLUSIVE"
LOCKS: dict[type[Step], str | None] = {
    CreateTable: None,
    FillNulls: "ROW EXCLUSIVE",
    RenameValues: "ROW EXCLUSIVE",
    ClearDangling: "ROW EXCLUSIVE",
    CreateUnique: "SHARE",
    CreatePair: "SHARE",
    CreateWayBack: "SHARE",
    CreateIndex: "SHARE",
    BuildIndex: "SHARE",
    AddForeignKey: "SHARE ROW EXCLUSIVE",
    Watch: "SHARE ROW EXCLUSIVE",
}


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """`lock` is the one it holds on tables until the change is made; None where nobody can see them yet.

    What `is_later` is run by a job, while records are read and written.
    """

    sql: str
    lock: str | None
    rewrites: bool
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """Records, or their values of one field, that go out of sight. They are kept, and restoring brings them back."""

    object: str
    field: str | None
    records: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`version` is the one the change would lead to; the present one where it would change nothing.

    Where a conversion would be refused, nothing else was tried.
    """

    version: int
    statements: tuple[PlannedStatement, ...]
    set_aside: tuple[SetAside, ...]
    conversions: tuple[Conversion, ...] = ()
    broken: tuple[BrokenDocument, ...] = ()


async def preview_changes(
    db: Database,
    workspace_id: UUID,
    changes: Sequence[Change],
    *,
    known: Snapshot | None = None,
    paths: Sequence[tuple[str | int, ...]] | None = None,
) -> Preview:
    """What `change_workspace` would do. Raises what it would raise; takes the same locks, and gives them back."""
    changeset = Changeset(workspace_id=workspace_id, changes=changes, paths=paths, known=known)
    return await in_trial(db, workspace_id, lambda connection: _preview(connection, changeset))


async def in_trial(db: Database, workspace_id: UUID, work: Callable[[Connection], Awaitable[Preview]]) -> Preview:
    """In a transaction that is rolled back."""
    async with queue(workspace_id), db.connection() as connection:
        trial = connection.transaction()
        await trial.start()
        try:
            return await work(connection)
        except IN_THE_WAY as error:
            raise told(error) from error
        finally:
            await trial.rollback()


async def _preview(connection: Connection, changeset: Changeset) -> Preview:
    before = await lock_newest(connection, changeset.workspace_id, changeset.known)
    changes = await with_found_options(connection, before, changeset.changes, changeset.paths)
    return await preview_between(connection, before, edited(before, replace(changeset, changes=changes)))


async def preview_between(connection: Connection, before: Snapshot, made: Edited) -> Preview:
    """What it takes to change the database to what was made of `before`."""
    after, steps = made.snapshot, diff(before, made.snapshot, made.conversions)
    set_aside = await _set_aside(connection, before, after)
    with located(made):
        conversions = tuple(await look_ahead(connection, steps, before.schema))
        if not any(each.is_refused for each in conversions):
            await apply_converting_steps(connection, steps, before)
    broken = tuple(await broken_documents(connection, before, after))
    planned = (*_planned(steps, before), *_later(before, after))
    return Preview(after.version, planned, set_aside, conversions, broken)


def _later(before: Snapshot, after: Snapshot) -> Iterator[PlannedStatement]:
    for old, new in later_indexes(before, after):
        if new is not None:
            yield PlannedStatement(new.create(after.schema, "CONCURRENTLY"), CONCURRENT, rewrites=False, is_later=True)
        if old is not None:
            yield PlannedStatement(drop(after.schema, old.name), CONCURRENT, rewrites=False, is_later=True)


def _planned(steps: Sequence[Step], before: Snapshot) -> tuple[PlannedStatement, ...]:
    statements = zip(steps, render_steps(steps, before.schema), strict=True)
    return tuple(PlannedStatement(sql, _lock(step, before), _rewrites(step)) for step, sql in statements)


def _lock(step: Step, before: Snapshot) -> str | None:
    tables = {step.of.id, step.target.id} if isinstance(step, AddForeignKey) else {step.of.id}
    return None if tables.isdisjoint(before.objects) else LOCKS.get(type(step), EXCLUSIVE)


def _rewrites(step: Step) -> bool:
    return isinstance(step, ConvertValues) or (isinstance(step, AddColumn) and is_made_anew(step.field))


async def _set_aside(connection: Connection, before: Snapshot, after: Snapshot) -> tuple[SetAside, ...]:
    found: list[SetAside] = []
    for of in before.objects.values():
        now = after.objects[of.id]
        if now is of:
            continue
        if of.deleted_at is None and now.deleted_at is not None:
            found.append(SetAside(of.name_singular, None, await _count(connection, before, of)))
            continue
        for field in of.fields.values():
            if field.column is None or is_formula(field):
                continue  # nothing is lost that could not be computed again
            if field.deleted_at is None and now.fields[field.id].deleted_at is not None:
                records = await _count(connection, before, of, field)
                found.append(SetAside(of.name_singular, field.name, records))
    return tuple(found)


async def _count(connection: Connection, snapshot: Snapshot, of: Object, field: Field | None = None) -> int:
    rows = select(func.count()).select_from(table(of.table, schema=snapshot.schema))
    conditions: list[ColumnElement[bool]] = []
    if field is not None:
        conditions = [or_(*(held_column(each).is_not(None) for each in stored(field)))]
    found: int = await fetch_value(connection, rows.where(*conditions))
    return found
