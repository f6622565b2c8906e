"""Taking back the last changeset of a workspace, where no data would go out of sight."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Uuid, and_, bindparam, func, or_, select, table

from armature.core.db import Connection, Database, Rendered, fetch_value, render
from armature.core.errors import ArmatureError, Conflict, ManyErrors, NotFound
from armature.metadata.check import problems
from armature.metadata.edit import Edited
from armature.metadata.formula.fields import is_formula
from armature.metadata.model import Field, Object, Snapshot
from armature.metadata.stored import stored
from armature.metadata.tables import changesets
from armature.metadata.undo import Undo, undo_of, undone
from armature.migrations.workspace.broken import broken_documents, refuse_broken
from armature.migrations.workspace.change import in_turn, lock_newest, make
from armature.migrations.workspace.conversion import own_values
from armature.migrations.workspace.journal import NOBODY, Actor, Entry
from armature.migrations.workspace.preview import Preview, in_trial, preview_between
from armature.migrations.workspace.render import default_sql, held_column
from armature.schema_builder.tables import has_default, is_made_anew


class VersionUnknown(NotFound):
    def __init__(self, version: int) -> None:
        super().__init__(f"There is no version {version}.", path=("version",))


class NotTheLast(Conflict):
    def __init__(self, version: int, last: int) -> None:
        super().__init__(
            f"Version {version} can't be undone: others came after it, up to {last}.",
            hint="Undo them first, the last one before the others.",
            path=("version",),
        )


class FirstVersion(Conflict):
    def __init__(self) -> None:
        super().__init__("The first version can't be undone: there was no model before it.", path=("version",))


class PurgedForGood(Conflict):
    def __init__(self) -> None:
        super().__init__("What was purged is gone for good.", path=("version",))


class DataInTheWay(Conflict):
    """Undoing would put data out of sight."""

    def __init__(self, version: int, of: Object, field: Field | None, records: int) -> None:
        what = f'"{of.name_singular}"' if field is None else f'"{field.name}" of "{of.name_singular}"'
        held = "record" if field is None else "value"
        super().__init__(
            f"Version {version} can't be undone: {what}, which it made, has {records:,} {held}"
            f"{'' if records == 1 else 's'} by now.",
            hint="Delete it, if they are not needed: that can be taken back.",
            field=None if field is None else field.name,
        )


async def undo_changeset(
    db: Database,
    workspace_id: UUID,
    version: int,
    *,
    known: Snapshot | None = None,
    actor: Actor = NOBODY,
    may_break_documents: bool = False,
) -> Snapshot:
    """The model as it was before this version, the last one, as a version of its own, which can be undone as well.

    What the changeset made is set aside. Raises WorkspaceNotFound, VersionUnknown, NotTheLast, FirstVersion,
    PurgedForGood, DataInTheWay, DocumentsBroken, what `guards` raise, ValuesInTheWay, RecordsBusy.
    """

    async def undo(connection: Connection) -> Snapshot:
        before, after, summary = await _undoing(connection, workspace_id, version, known)
        if not may_break_documents:
            refuse_broken(await broken_documents(connection, before, after))
        await make(connection, before, Edited(after), lambda: _entry(before, after, version, summary, actor))
        return after

    return await in_turn(db, workspace_id, undo)


async def preview_undo(db: Database, workspace_id: UUID, version: int, *, known: Snapshot | None = None) -> Preview:
    """What `undo_changeset` would do. Raises what it would raise, but for DocumentsBroken."""

    async def undo(connection: Connection) -> Preview:
        before, after, _ = await _undoing(connection, workspace_id, version, known)
        return await preview_between(connection, before, Edited(after))

    return await in_trial(db, workspace_id, undo)


async def _undoing(
    connection: Connection, workspace_id: UUID, version: int, known: Snapshot | None
) -> tuple[Snapshot, Snapshot, list[str]]:
    """The model as it is, as it would be, and what is undone in words."""
    before = await lock_newest(connection, workspace_id, known)
    summary, undo = await _recorded(connection, before, version)
    after = replace(undone(before, undo, datetime.now(UTC)), version=before.version + 1)
    errors = [each async for each in _in_the_way(connection, before, after, undo)]
    errors += [each.error for each in problems(before, after)]
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)
    return before, after, summary


def _entry(before: Snapshot, after: Snapshot, version: int, summary: list[str], actor: Actor) -> Entry:
    lines = [f"Undo version {version}: {each}" for each in summary] or [f"Undo version {version}"]
    return Entry([{"undo": {"version": version}}], lines, undo_of(before, after), actor)


async def _recorded(connection: Connection, before: Snapshot, version: int) -> tuple[list[str], Undo]:
    if version > before.version or version < 1:
        raise VersionUnknown(version)
    if version < before.version:
        raise NotTheLast(version, before.version)
    statement = _statement()
    row = await connection.fetchrow(
        statement.sql, *statement.arguments({"workspace": before.workspace_id, "version": version})
    )
    if row is None:
        raise FirstVersion
    found = msgspec.json.decode(row["undo"], type=Undo)
    if found.is_final:
        raise PurgedForGood
    return row["summary"], found


async def _in_the_way(
    connection: Connection, snapshot: Snapshot, after: Snapshot, undo: Undo
) -> AsyncIterator[ArmatureError]:
    for id_ in undo.objects:
        of = snapshot.objects[id_]
        if of.deleted_at is None and (records := await _count(connection, snapshot, of)):
            yield DataInTheWay(snapshot.version, of, None, records)
    async for error in _converted_since(connection, snapshot, after):
        yield error
    made = set(undo.fields)
    for of in snapshot.objects.values():
        for field in of.fields.values():
            if field.id not in made or field.deleted_at is not None or not _has_own_values(field):
                continue
            if records := await _count(connection, snapshot, of, field):
                yield DataInTheWay(snapshot.version, of, field, records)


async def _converted_since(connection: Connection, snapshot: Snapshot, after: Snapshot) -> AsyncIterator[ArmatureError]:
    """Fields that change places with what they held before, and got values since."""
    for id_, of in after.objects.items():
        before = snapshot.objects[id_]
        if of is before:
            continue
        for aside in before.fields.values():
            field = before.fields.get(aside.former_of) if aside.former_of else None
            if field is None or field.column is None or of.fields[field.id].column == field.column:
                continue
            if of.fields[aside.id].column != aside.column and (
                records := await own_values(connection, before, aside, field, snapshot.schema)
            ):
                yield DataInTheWay(snapshot.version, before, field, records)


def _has_own_values(field: Field) -> bool:
    """Whether what it holds is somebody's, and not what PostgreSQL gives or computes."""
    return field.column is not None and not is_formula(field) and not is_made_anew(field)


async def _count(connection: Connection, snapshot: Snapshot, of: Object, field: Field | None = None) -> int:
    """Records, or values that are not the default."""
    rows = select(func.count()).select_from(table(of.table, schema=snapshot.schema))
    conditions = [] if field is None else [or_(*(_is_own(each) for each in stored(field)))]
    found: int = await fetch_value(connection, rows.where(*conditions))
    return found


def _is_own(held: Field) -> ColumnElement[bool]:
    value = held_column(held)
    there = value.is_not(None)
    return and_(there, value.is_distinct_from(default_sql(held))) if has_default(held) else there


@cache
def _statement() -> Rendered:
    mine = changesets.c.workspace_id == bindparam("workspace", type_=Uuid())
    this = changesets.c.version == bindparam("version", type_=BigInteger())
    found = select(changesets.c.summary, changesets.c.undo).where(mine, this, changesets.c.undo.is_not(None))
    return render(found)
