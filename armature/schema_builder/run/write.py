"""Mutations: root fields one after another, each in a transaction of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from armature.core.db import Connection
from armature.core.errors import ArmatureError, Conflict, NotFound
from armature.metadata.model import Field, Object
from armature.metadata.names import type_name
from armature.schema_builder.compile.binds import Constant, Variables
from armature.schema_builder.compile.cost import check_made, check_shown
from armature.schema_builder.compile.morphs import united
from armature.schema_builder.compile.plan.levels import Rows
from armature.schema_builder.compile.plan.writes import Merge, SetLink, SetNew, Write
from armature.schema_builder.compile.references import DATA, NothingToConnect, Path
from armature.schema_builder.compile.write_statement import (
    MADE,
    REFUSAL,
    RIGHT_TO,
    WRITES,
    WRITTEN,
    WriteStatements,
    show_statement,
    write_statements,
)
from armature.schema_builder.run.bulk import upsert_records
from armature.schema_builder.run.failures import taken, told_of_write
from armature.schema_builder.run.fetch import fetch_ids, fetch_json, fetch_row
from armature.schema_builder.run.merge import merge_records
from armature.schema_builder.run.nested import Nesting, check_flat
from armature.schema_builder.run.permits import NotPermitted, OutOfReach, check_written
from armature.schema_builder.run.records import NO_KEYS, Existing, NewRecord, Record, Row, new_record
from armature.schema_builder.run.relate import relate
from armature.schema_builder.run.workplace import Workplace

NOTHING = b"null"
HAVE_DATA = ("create", "update", "update_many")


class RecordNotFound(NotFound):
    def __init__(self, of: Object) -> None:
        super().__init__(f"There is no {of.label_singular} with this id.", field="id")


class ChangedMeanwhile(Conflict):
    """`updated_at` is what the record has now."""

    def __init__(self, of: Object, updated_at: str) -> None:
        super().__init__(
            f"This {of.label_singular} was changed meanwhile, at {updated_at}.",
            hint="Read it again, and decide anew.",
            field="ifUpdatedAt",
            path=("ifUpdatedAt",),
        )
        self.updated_at = updated_at

    def extensions(self) -> dict[str, Any]:
        return {**super().extensions(), "updatedAt": self.updated_at}


@dataclass(frozen=True, slots=True)
class WriteField:
    """A root field ready to run. `is_required`: non-null in the schema, so that its failure empties all of `data`."""

    write: Write
    statements: WriteStatements
    is_required: bool

    @property
    def key(self) -> str:
        return self.write.key


def ready(write: Write) -> WriteField:
    if write.new is not None and isinstance(write.shown, Rows):
        rows = Rows(write.object, write.shown.outputs, limit=Constant(0))
        return WriteField(write, WriteStatements(show_statement(rows)), is_required=True)
    if write.merge is not None and isinstance(write.shown, Rows):
        shown = show_statement(write.shown)
        return WriteField(write, WriteStatements(shown, shown), is_required=False)
    is_required = write.does == "create" or isinstance(write.shown, tuple)
    return WriteField(write, write_statements(write), is_required)


async def run_field(at: Workplace, field: WriteField) -> bytes:
    """The JSON of one root field. Raises ArmatureError where nothing was written."""
    at.written.ids.clear()
    try:
        return await RUNS[_how(field)](at, field)
    except ArmatureError:
        raise
    except Exception as error:
        if isinstance(error, asyncpg.InvalidTextRepresentationError) and REFUSAL in str(error):
            raise OutOfReach(field.write.object.object, WRITES[field.write.does][0]) from error
        known = told_of_write(error, field.write.object.object, at.tables, partial(_place, field.write))
        if known is None:
            raise
        raise known from error


def _place(write: Write, field: Field) -> Path | None:
    return (*DATA, *field.name.split(".")) if write.does in HAVE_DATA else None


def _how(field: WriteField) -> str:
    if field.write.new is not None:
        return "bulk"
    if field.write.merge is not None:
        return "merge"
    if isinstance(field.write.shown, tuple):
        return "many"
    return "one" if field.statements.show is None else "one, then show"


def _check_shown(at: Workplace, field: WriteField, times: int) -> None:
    shown = field.write.shown
    for rows in [shown] if isinstance(shown, Rows) else [each.rows for each in shown if each.rows]:
        check_shown(rows, times, at.variables, at.settings)


def _check_made(at: Workplace, field: WriteField, times: int) -> None:
    """As `_check_shown`, once the data has been gathered that the new records came with."""
    assert isinstance(field.write.shown, Rows)  # noqa: S101  a create shows what it made
    check_made(field.write.shown, times, at.tally.count, at.variables, at.settings)


def _is_new(write: Write) -> bool:
    """Whether it writes nothing but new records."""
    return write.upsert is None and write.does in ("create", "create_many")


async def _one(at: Workplace, field: WriteField) -> bytes:
    """A single statement is its own transaction."""
    (_check_made if _is_new(field.write) else _check_shown)(at, field, 1)
    async with at.db.connection() as connection:
        shown = await fetch_json(connection, field.statements.write, at.schema, at.variables)
        return shown if shown is not None else await _refuse(connection, at, field)


async def _one_then_show(at: Workplace, field: WriteField) -> bytes:
    is_new = _is_new(field.write)
    if not is_new:
        _check_shown(at, field, 1)
    async with at.db.transaction() as connection:
        variables = await _with_made(connection, at, field.write)
        ids = await fetch_ids(connection, field.statements.write, at.schema, variables)
        if not ids:
            return await _refuse(connection, at, field)
        _note(at, field.write, ids)
        await _beside(connection, at, field.write, ids[0])
        if is_new:
            _check_made(at, field, 1)
        await check_written(connection, at)
        return await _show(connection, at, field, ids)


def _note(at: Workplace, write: Write, ids: Sequence[UUID]) -> None:
    for to in WRITES.get(write.does, ()):
        at.written.note(write.object, to, ids)
    if write.upsert is not None:
        at.written.note(write.object, "UPDATE", ids)


async def _with_made(connection: Connection, at: Workplace, write: Write) -> Variables:
    """The variables, with the ids of the records just made for the write's to-one relations."""
    wanted = [each for each in write.sets if isinstance(each, SetNew)]
    if not wanted:
        return at.variables
    nesting = Nesting(at)
    made = {
        each.entry.near: nesting.made_for(each.entry, each.data.read(at.variables), (*DATA, *each.place)).id
        for each in wanted
    }
    await relate(connection, at, nesting)
    return {**at.variables, MADE: made}


async def _beside(connection: Connection, at: Workplace, write: Write, id_: UUID) -> None:
    """What the data says of the records that refer to the one written."""
    nesting = Nesting(at)
    above: Record = Existing(write.object, "id", id_, DATA, id_)
    if write.does == "create":
        above = NewRecord(id_, {}, DATA, NO_KEYS)
    for each in write.beside:
        nesting.beside(each.entry, above, each.data.read(at.variables), (*DATA, each.entry.name))
    await relate(connection, at, nesting)


async def _many(at: Workplace, field: WriteField) -> bytes:
    async with at.db.transaction() as connection:
        statements = field.statements
        first = statements.find or statements.write
        ids = await fetch_ids(connection, first, at.schema, await _with_made(connection, at, field.write))
        _check_shown(at, field, len(ids))
        if not ids and statements.links is not None:
            await _refuse_missing_links(connection, at, field)
        _note(at, field.write, ids)
        await check_written(connection, at)
        variables = {**at.variables, WRITTEN: ids}
        lists = {
            key: await fetch_json(connection, statement, at.schema, variables)
            for key, statement in statements.lists.items()
        }
        if statements.find is not None:
            await fetch_ids(connection, statements.write, at.schema, variables)
        return _counted(field, len(ids), lists)


async def _bulk(at: Workplace, field: WriteField) -> bytes:
    write = field.write
    assert write.new is not None  # noqa: S101  that is how it came here
    rows = write.new.rows.read(at.variables)
    async with at.db.transaction() as connection:
        ids = await (_inserted if _is_new(write) else _upserted)(connection, at, field, rows)
        await check_written(connection, at)
        shown = await fetch_json(connection, field.statements.write, at.schema, {**at.variables, WRITTEN: ids})
        return shown or b"[]"


async def _inserted(connection: Connection, at: Workplace, field: WriteField, rows: Sequence[Row]) -> Sequence[UUID]:
    """The ids of the new records, in the order of `rows`."""
    nesting = Nesting(at)
    made = nesting.create_each(field.write.object, rows, DATA)
    _check_made(at, field, len(rows))
    await relate(connection, at, nesting)
    return [each.id for each in made]


async def _upserted(connection: Connection, at: Workplace, field: WriteField, rows: Sequence[Row]) -> Sequence[UUID]:
    """As `_inserted`, with those of records that were there."""
    _check_shown(at, field, len(rows))
    of, upsert = field.write.object, field.write.upsert
    assert upsert is not None  # noqa: S101  that is how it came here
    at.tally.add(len(rows))
    paths = [(*DATA, number) for number in range(len(rows))]
    records = [new_record(united(of, row, path), path) for row, path in zip(rows, paths, strict=True)]
    for each in records:
        check_flat(of, each)
    return await upsert_records(connection, at, of, records, upsert)


async def _merge(at: Workplace, field: WriteField) -> bytes:
    merge = field.write.merge
    assert merge is not None  # noqa: S101  that is how it came here
    _check_shown(at, field, 1)
    async with at.db.transaction() as connection:
        if not merge.is_dry_run.read(at.variables):
            return await _merged(connection, at, field, merge)
        step = connection.transaction()
        await step.start()
        shown = await _merged(connection, at, field, merge)
        await step.rollback()
        return shown


async def _merged(connection: Connection, at: Workplace, field: WriteField, merge: Merge) -> bytes:
    kept = await merge_records(connection, at, field.write.object, merge)
    return await _show(connection, at, field, [kept])


RUNS = {"one": _one, "one, then show": _one_then_show, "many": _many, "bulk": _bulk, "merge": _merge}


async def _show(connection: Connection, at: Workplace, field: WriteField, ids: Sequence[UUID]) -> bytes:
    assert field.statements.show is not None  # noqa: S101  asked before
    return await fetch_json(connection, field.statements.show, at.schema, {**at.variables, WRITTEN: ids}) or NOTHING


def _counted(field: WriteField, count: int, lists: Mapping[str, bytes | None]) -> bytes:
    assert isinstance(field.write.shown, tuple)  # noqa: S101  only then
    values: Mapping[str, Any] = {"count": count, "typename": type_name("mutation_result", field.write.object.name)}
    return msgspec.json.encode(
        {
            each.key: msgspec.Raw(lists[each.key] or b"[]") if each.what == "records" else values[each.what]
            for each in field.write.shown
        }
    )


async def _refuse(connection: Connection, at: Workplace, field: WriteField) -> bytes:
    """Nothing was written: say why."""
    await _refuse_missing_links(connection, at, field)
    if field.statements.present is not None:
        present = await fetch_json(connection, field.statements.present, at.schema, at.variables)
        if present is not None:
            raise ChangedMeanwhile(field.write.object.object, msgspec.json.decode(present))
    if field.write.upsert is not None:
        raise taken(field.write.object, field.write.upsert.by, DATA)
    seen = field.statements.seen
    if seen is not None and await fetch_row(connection, seen, at.schema, at.variables) is not None:
        raise NotPermitted(field.write.object.object, RIGHT_TO[field.write.does])
    raise RecordNotFound(field.write.object.object)


async def _refuse_missing_links(connection: Connection, at: Workplace, field: WriteField) -> None:
    if field.statements.links is None:
        return
    found = await fetch_row(connection, field.statements.links, at.schema, at.variables)
    links = [each for each in field.write.sets if isinstance(each, SetLink)]
    for link, is_there in zip(links, found or (), strict=False):
        if not is_there:
            named = link.condition
            assert not isinstance(named.value, str)  # noqa: S101  it compares with a value
            value = named.value.read(at.variables)
            raise NothingToConnect((*DATA, *link.place), link.to.object, named.entry.name, value)
