"""Objects and fields that were deleted leave for good: their tables and columns, their rows in the catalog.

One transaction, as any change of a model: a version of its own, which has no way back. Dropping a column or a table
takes a moment, but for that moment nobody may read it: who waits longer than a change may gives up.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, delete, func, literal, select, union, update

from armature.core.db import DIALECT, Connection, Database, execute, fetch
from armature.core.errors import Conflict
from armature.metadata.formula.fields import is_formula
from armature.metadata.model import Object, Snapshot
from armature.metadata.purge import Gone, due, gone, purged
from armature.metadata.resolve import find_deleted_field, find_deleted_object, find_object
from armature.metadata.stored import stored
from armature.metadata.tables import fields, objects, relations, workspaces
from armature.metadata.undo import FINAL
from armature.migrations.workspace.apply import run_statements
from armature.migrations.workspace.change import in_turn, lock_newest
from armature.migrations.workspace.journal import NOBODY, Actor, Entry, record_of, write_down

KIND = "purge"

AT_ONCE = 20
"""Tables dropped in one transaction: each takes locks, of which PostgreSQL has a limited number."""

quote = DIALECT.identifier_preparer.quote


class StillNeeded(Conflict):
    def __init__(self, what: str) -> None:
        super().__init__(
            f'"{what}" can\'t be purged: a rule of a role, or a relation, still speaks of it.',
            hint="Change or delete that first.",
        )


async def purge_due(db: Database, workspace_id: UUID, until: datetime) -> None:
    """All that was deleted by then. Raises WorkspaceNotFound, RecordsBusy."""
    more = True

    async def some(connection: Connection) -> Snapshot:
        nonlocal more
        before = await lock_newest(connection, workspace_id, None)
        what = due(before, until, AT_ONCE)
        more = bool(what)
        return await _purge(connection, before, what, NOBODY) if what else before

    while more:
        await in_turn(db, workspace_id, some)


async def workspaces_due(connection: Connection, kept: timedelta) -> list[UUID]:
    """Those in which something was deleted so long ago."""
    long_ago = func.now() - kept
    theirs = [select(table.c.workspace_id).where(table.c.deleted_at <= long_ago) for table in (objects, fields)]
    living = select(workspaces.c.id).where(workspaces.c.deleted_at.is_(None), workspaces.c.id.in_(union(*theirs)))
    return [row["id"] for row in await fetch(connection, living)]


async def purge_object(
    db: Database, workspace_id: UUID, reference: str, *, known: Snapshot | None = None, actor: Actor = NOBODY
) -> Snapshot:
    """A deleted object, by its id or the name that it had. Raises NothingDeleted, StillNeeded, RecordsBusy."""

    def chosen(before: Snapshot) -> tuple[str, Gone]:
        of = find_deleted_object(before, reference)
        return of.name_singular, gone(before, [of.id], [])

    return await in_turn(db, workspace_id, _purging(workspace_id, chosen, known, actor))


async def purge_field(
    db: Database, workspace_id: UUID, of: str, reference: str, *, known: Snapshot | None = None, actor: Actor = NOBODY
) -> Snapshot:
    """A deleted field of an object; of a relation, both ends. Raises as `purge_object`."""

    def chosen(before: Snapshot) -> tuple[str, Gone]:
        field = find_deleted_field(find_object(before, of), reference)
        return field.name, gone(before, [], [field.id])

    return await in_turn(db, workspace_id, _purging(workspace_id, chosen, known, actor))


def _purging(
    workspace_id: UUID, chosen: Callable[[Snapshot], tuple[str, Gone]], known: Snapshot | None, actor: Actor
) -> Callable[[Connection], Awaitable[Snapshot]]:
    async def purging(connection: Connection) -> Snapshot:
        before = await lock_newest(connection, workspace_id, known)
        name, what = chosen(before)
        if not what:
            raise StillNeeded(name)
        return await _purge(connection, before, what, actor)

    return purging


async def _purge(connection: Connection, before: Snapshot, what: Gone, actor: Actor) -> Snapshot:
    after = replace(purged(before, what), version=before.version + 1)
    await run_statements(connection, list(_statements(before, what)))
    for table, ids in ((relations, what.relations), (fields, what.fields), (objects, what.objects)):
        await execute(connection, delete(table).where(_is_one_of(table.c.id, list(ids))))
    summary = list(_summary(before, what))
    await write_down(connection, record_of(before, after, Entry([{"purge": summary}], summary, FINAL, actor)))
    this = workspaces.c.id == after.workspace_id
    await execute(connection, update(workspaces).where(this).values(purged_version=after.version))
    return after


def _statements(before: Snapshot, what: Gone) -> Iterator[str]:
    schema = quote(before.schema)
    for of in before.objects.values():
        name = f"{schema}.{quote(of.table)}"
        if of.id in what.objects:
            yield f"DROP TABLE {name}"
        elif drops := [f"DROP COLUMN {quote(each)}" for each in _columns(of, what)]:
            yield f"ALTER TABLE {name} {', '.join(drops)}"


def _columns(of: Object, what: Gone) -> Iterator[str]:
    """A deleted formula has none any more."""
    for field in of.fields.values():
        if field.id in what.fields and not is_formula(field):
            yield from (each.column for each in stored(field) if each.column is not None)


def _summary(before: Snapshot, what: Gone) -> Iterator[str]:
    for of in before.objects.values():
        if of.id in what.objects:
            yield f"Purge object {of.name_singular}"
        for field in of.fields.values():
            if field.id in what.fields:
                yield f"Purge field {of.name_singular}.{field.name}"


def _is_one_of(column: Any, ids: Sequence[UUID]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column == any_(literal(list(ids), ARRAY(Uuid())))
    return found
