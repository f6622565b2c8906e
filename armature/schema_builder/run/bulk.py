"""New records of one object by one statement, however many, one column at a time."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import Uuid

from armature.core.db import Connection
from armature.metadata.kinds import KINDS
from armature.metadata.kinds.lists import texts_literal
from armature.metadata.kinds.vectors import numbers_literal
from armature.metadata.model import Field
from armature.schema_builder.compile.bulk_statement import Columns, bulk_insert, find_ids
from armature.schema_builder.compile.comparisons import sql_type
from armature.schema_builder.compile.fit import Followed, fit_of, fitted, followed, sought
from armature.schema_builder.compile.plan.writes import Upsert
from armature.schema_builder.compile.references import (
    Connect,
    DataRefused,
    Disconnect,
    NothingToConnect,
    Path,
    check_confirmed,
    reference,
    shown_path,
)
from armature.schema_builder.run.failures import ValueMissing, taken, told_of_write
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.run.records import NewRecord
from armature.schema_builder.run.workplace import Workplace
from armature.schema_builder.types.scalars import item_of
from armature.schema_builder.view import Composite, Entry, ObjectView, Plain, ToOne

RELATION = Uuid()
MISSING = object()
NOTHING: Mapping[str, Any] = {}

KEY_IN_DETAIL = re.compile(r"\)=\((.*)\)", re.DOTALL)
"""Of what PostgreSQL tells of a duplicate: `Key (email)=(a@b.c) already exists.`, in any language."""


async def insert_records(connection: Connection, at: Workplace, of: ObjectView, records: Sequence[NewRecord]) -> None:
    """Insert all of them, in the caller's transaction. Raises ArmatureError naming the record at fault."""
    values = await columns_of(connection, at, of, records)
    await _run_insert(connection, at, of, records, values, None)
    at.written.note(of, "CREATE", values["id"])


async def upsert_records(
    connection: Connection, at: Workplace, of: ObjectView, records: Sequence[NewRecord], upsert: Upsert
) -> Sequence[UUID]:
    """As `insert_records`, updating those that are there already; the ids they have, in their order.

    A record updates the fields it gives, so records that give the same ones are written together. What tells records
    apart says in which order: others that write the same ones wait then, and PostgreSQL finds no deadlock.
    """
    found: dict[UUID, UUID] = {}
    known: dict[Any, NewRecord] = {}
    for alike in by_fields(records):
        values = await columns_of(connection, at, of, alike)
        nothing = [None] * len(alike)
        keys = list(zip(*(values.get(each.column, nothing) for each in upsert.by), strict=True))
        _check_once(upsert.by, alike, keys, known)
        rows = await _run_insert(connection, at, of, *_in_order(alike, values, keys), upsert)
        ids, by_key = {row[0] for row in rows}, {tuple(row[1:]): row[0] for row in rows}
        for record, key in zip(alike, keys, strict=True):
            if record.id not in ids and key not in by_key:
                raise taken(of, upsert.by, record.path)
            found[record.id] = record.id if record.id in ids else by_key[key]
    for right in ("CREATE", "UPDATE"):
        at.written.note(of, right, found.values())
    return [found[each.id] for each in records]


def by_fields(records: Sequence[NewRecord]) -> Iterable[Sequence[NewRecord]]:
    """Those that give the same fields together."""
    groups: dict[frozenset[Any], list[NewRecord]] = {}
    for each in records:
        groups.setdefault(frozenset((*_given(each.row), *each.keys)), []).append(each)
    return [groups[shape] for shape in sorted(groups, key=_spelt_out)]


def _spelt_out(shape: frozenset[Any]) -> list[str]:
    return sorted(each if isinstance(each, str) else each[0] for each in shape)


def _in_order(
    records: Sequence[NewRecord], values: Mapping[str, Sequence[Any]], keys: Sequence[tuple[Any, ...]]
) -> tuple[Sequence[NewRecord], Mapping[str, Sequence[Any]]]:
    """The records and their values in the order of their keys, which is the same in all processes."""
    order = sorted(range(len(records)), key=lambda at: [str(each) for each in keys[at]])
    return [records[at] for at in order], {name: [each[at] for at in order] for name, each in values.items()}


def _given(row: Mapping[str, Any]) -> Iterator[Any]:
    """The names of what a record gives, inside of composites too."""
    return ((name, frozenset(each)) if isinstance(each, dict) else name for name, each in row.items())


def _check_once(
    by: Sequence[Plain], records: Sequence[NewRecord], keys: Sequence[tuple[Any, ...]], known: dict[Any, NewRecord]
) -> None:
    """PostgreSQL would not update a record twice in one statement. Adds to `known`."""
    for record, key in zip(records, keys, strict=True):
        if None not in key and known.setdefault(key, record) is not record:
            first = shown_path((*known[key].path, by[0].name))
            raise DataRefused((*record.path, by[0].name), f"it has the same value as {first}.")


async def _run_insert(
    connection: Connection,
    at: Workplace,
    of: ObjectView,
    records: Sequence[NewRecord],
    values: Mapping[str, Sequence[Any]],
    upsert: Upsert | None,
) -> Sequence[asyncpg.Record]:
    sql, arguments = prepared(bulk_insert(of, typed(of, values), upsert), at.schema, {**values, **at.caller.variables})
    with telling(at, of, records, values):
        return await connection.fetch(sql, *arguments)


@contextmanager
def telling(
    at: Workplace, of: ObjectView, records: Sequence[NewRecord], values: Mapping[str, Sequence[Any]]
) -> Iterator[None]:
    """Raises for what PostgreSQL refuses an ArmatureError that names the record at fault."""
    try:
        yield
    except asyncpg.PostgresError as error:
        told = told_of_write(error, of.object, at.tables, partial(_at_fault, error, records, values))
        if told is None:
            raise
        raise told from error


def typed(of: ObjectView, columns: Iterable[str]) -> Columns:
    """Their types; one that no entry stands for is a relation's."""
    return [(each, sql_type(of.plain[each].scalar) if each in of.plain else RELATION) for each in columns]


async def columns_of(
    connection: Connection, at: Workplace, of: ObjectView, records: Sequence[NewRecord]
) -> Mapping[str, Sequence[Any]]:
    """The values by column that the records give, or have by default, where any of them gives one."""
    found: dict[str, Sequence[Any]] = {"id": [each.id for each in records]}
    for entry in _entries_given(of, records):
        if isinstance(entry, ToOne):
            found[entry.near] = await _keys(connection, at, entry, records)
        else:
            found[entry.column] = _column(of, entry, records)
    for column in dict.fromkeys(name for each in records for name in each.keys if name not in found):
        found[column] = [each.keys[column].id if column in each.keys else None for each in records]
    return found


def _entries_given(of: ObjectView, records: Sequence[NewRecord]) -> Iterable[Plain | ToOne]:
    """The entries that any record gives, a relation by its ToOne entry however it is given."""
    given = {name for each in records for name in each.row}
    for name, entry in of.writable.items():
        if isinstance(entry, ToOne):
            if name in given or f"{name}Id" in given:
                yield entry
        elif isinstance(entry, Composite) and name in given:
            yield from _parts_given(entry, records)
        elif isinstance(entry, Plain) and name in given and name != "id" and entry.field.relation_id is None:
            yield entry


def _parts_given(entry: Composite, records: Sequence[NewRecord]) -> Iterator[Plain]:
    values = [each.row[entry.name] for each in records if entry.name in each.row]
    given = set(entry.parts) if None in values else {name for each in values for name in each}
    for name, part in entry.parts.items():
        follows = followed(entry, name)
        if name in given or (follows is not None and follows.source.name in given):
            yield part


def _column(of: ObjectView, entry: Plain, records: Sequence[NewRecord]) -> Sequence[Any]:
    """One value a record, its own or the default, as the statement takes them: documents and lists as text."""
    values = (
        _values(entry, records) if entry.within is None else _values_within(of.entries[entry.within], entry, records)
    )
    if MISSING in values:
        field = entry.field
        default = partial(KINDS[field.kind].default_value, field.default, field.settings)
        values = [default() if each is MISSING else each for each in values]
    if entry.is_required and None in values:
        raise ValueMissing((*records[values.index(None)].path, *entry.path))
    if (fit := fit_of(entry)) is not None:
        values = [
            None if value is None else fitted(fit, value, (*record.path, *entry.path))
            for record, value in zip(records, values, strict=True)
        ]
    written = _written(entry.scalar)
    return values if written is None else [None if each is None else written(each) for each in values]


def _values(entry: Plain, records: Sequence[NewRecord]) -> Sequence[Any]:
    return [each.row.get(entry.name, MISSING) for each in records]


def _values_within(whole: Entry, entry: Plain, records: Sequence[NewRecord]) -> Sequence[Any]:
    """Those of a part of a composite: of one that is null, all are."""
    assert isinstance(whole, Composite)  # noqa: S101  the view pairs the two
    follows = followed(whole, entry.name)
    if follows is not None:
        return [_following(follows, each.row.get(whole.name, NOTHING), each.path) for each in records]
    return [_part(entry, each.row.get(whole.name, NOTHING)) for each in records]


def _part(entry: Plain, given: Mapping[str, Any] | None) -> Any:
    return None if given is None else given.get(entry.name, MISSING)


def _following(follows: Followed, given: Mapping[str, Any] | None, path: Path) -> Any:
    part, source = follows.part, follows.source
    if given is None:
        return None
    if part.name in given:
        return follows.agreed(given.get(source.name), given[part.name], (*path, *part.path))
    return follows.made(given[source.name]) if source.name in given else MISSING


def _written(scalar: str) -> Callable[[Any], str] | None:
    if scalar == "JSON":
        return lambda value: msgspec.json.encode(value).decode()
    if scalar == "[Float]":
        return lambda value: numbers_literal(value, "{}")
    return None if item_of(scalar) is None else texts_literal


async def _keys(
    connection: Connection, at: Workplace, entry: ToOne, records: Sequence[NewRecord]
) -> Sequence[UUID | None]:
    """The id each record refers to by this relation. Raises NothingToConnect where one is not there."""
    to = at.view[entry.target]
    if not any(entry.name in each.row or entry.near in each.keys for each in records):
        return await _keys_by_id(connection, at, entry, records)
    wanted = _spelt(to, [_wanted(entry, each) for each in records])
    found: dict[tuple[str, Any], UUID] = {}
    for by in sorted({want.by for want in wanted if want}):
        values = {"values": list({want.value for want in wanted if want and want.by == by}), **at.caller.variables}
        sql, arguments = prepared(find_ids(to, to.unique_entries[by]), at.schema, values)
        found |= {(by, row[0]): row[1] for row in await connection.fetch(sql, *arguments)}
    for record, want in zip(records, wanted, strict=True):
        if want and (want.by, want.value) not in found:
            raise NothingToConnect((*record.path, *want.place), to.object, want.by, want.value)
    return [
        found[want.by, want.value] if want else record.keys[entry.near].id if entry.near in record.keys else None
        for record, want in zip(records, wanted, strict=True)
    ]


async def _keys_by_id(
    connection: Connection, at: Workplace, entry: ToOne, records: Sequence[NewRecord]
) -> Sequence[UUID | None]:
    """As `_keys`, where all records give an id, if they give anything."""
    to, name = at.view[entry.target], f"{entry.name}Id"
    wanted = [each.row.get(name) for each in records]
    if not entry.field.is_nullable and None in wanted:
        raise ValueMissing((*records[wanted.index(None)].path, entry.name))
    values = {"values": list({each for each in wanted if each is not None}), **at.caller.variables}
    sql, arguments = prepared(find_ids(to, to.unique_entries["id"]), at.schema, values)
    found = {row[1] for row in await connection.fetch(sql, *arguments)}
    for record, each in zip(records, wanted, strict=True):
        if each is not None and each not in found:
            raise NothingToConnect((*record.path, name), to.object, "id", each)
    return wanted


def _spelt(to: ObjectView, wanted: Sequence[Connect | None]) -> Sequence[Connect | None]:
    """With the values as they are kept."""
    ways = {by: sought(to.unique_entries[by]) for by in {each.by for each in wanted if each}}
    spelt = {by: way for by, way in ways.items() if way is not None}
    if not spelt:
        return wanted
    return [replace(each, value=spelt[each.by](each.value)) if each and each.by in spelt else each for each in wanted]


def _wanted(entry: ToOne, record: NewRecord) -> Connect | None:
    """What a record is to be connected to, if to anything that must be found first."""
    if entry.near in record.keys:
        return None
    found = reference(entry.name, record.row, record.path)
    if isinstance(found, Disconnect):
        check_confirmed(found.confirmed, (*record.path, *found.place))
    if isinstance(found, Connect):
        return found
    if not entry.field.is_nullable:
        raise ValueMissing((*record.path, entry.name))
    return None


def _at_fault(
    error: asyncpg.PostgresError, records: Sequence[NewRecord], values: Mapping[str, Sequence[Any]], field: Field
) -> Path:
    """Where the value was given that PostgreSQL refuses: of two alike, the second."""
    found = KEY_IN_DETAIL.search(error.detail or "")
    given = values.get(field.column or "", ())
    alike = [at for at, value in enumerate(given) if found and str(value) == found[1]]
    return (*records[alike[-1] if alike else 0].path, *field.name.split("."))
