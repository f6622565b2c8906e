"""Nested writes, run: each step is one statement for all records of an object that it treats alike.

Records named by a unique field are looked for; those to be let go are let go; new ones are inserted, level by level;
then records are connected, disconnected and changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from armature.core.db import Connection
from armature.schema_builder.compile.bulk_statement import (
    ABOVE,
    bulk_connect,
    bulk_release,
    bulk_update,
    find_ids,
    held_fast,
)
from armature.schema_builder.compile.fit import sought
from armature.schema_builder.compile.references import NothingToConnect
from armature.schema_builder.run.bulk import by_fields, columns_of, insert_records, telling, typed
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.run.joined import join, unjoin, unjoin_others, via
from armature.schema_builder.run.members import check_among, check_once, records_of
from armature.schema_builder.run.nested import Member, Nesting, Release, Side
from armature.schema_builder.run.permits import check_each, check_none
from armature.schema_builder.run.records import NO_KEYS, Existing, NewRecord
from armature.schema_builder.run.workplace import Workplace


async def relate(connection: Connection, at: Workplace, nesting: Nesting) -> None:
    """In the caller's transaction. Raises ArmatureError naming what is at fault."""
    await _look(connection, at, nesting.named)
    for side, releases in nesting.released.items():
        await (_release if side.through is None else unjoin_others)(connection, at, side, releases)
    for level, name in sorted(nesting.new):
        await insert_records(connection, at, at.view[name], nesting.new[level, name])
    for side, members in nesting.connected.items():
        await (_connect if side.through is None else join)(connection, at, side, members)
    for side, members in nesting.disconnected.items():
        await (_disconnect if side.through is None else unjoin)(connection, at, side, members)
    for side, members in nesting.changed.items():
        await _change(connection, at, side, members)


async def _look(connection: Connection, at: Workplace, named: Sequence[Existing]) -> None:
    groups: defaultdict[tuple[str, str], list[Existing]] = defaultdict(list)
    for each in named:
        groups[each.of.name, each.by].append(each)
    for (name, by), alike in groups.items():
        to = at.view[name]
        spelt = sought(to.unique_entries[by]) or (lambda value: value)
        values = {"values": list({spelt(each.value) for each in alike}), **at.caller.variables}
        sql, arguments = prepared(find_ids(to, to.unique_entries[by]), at.schema, values)
        found = {row[0]: row[1] for row in await connection.fetch(sql, *arguments)}
        for each in alike:
            if spelt(each.value) not in found:
                raise NothingToConnect(each.path, to.object, by, each.value)
            each.found = found[spelt(each.value)]


async def _release(connection: Connection, at: Workplace, side: Side, releases: Sequence[Release]) -> None:
    kept = [each.id for release in releases for each in release.kept]
    values = {"id": kept, ABOVE: [each.above.id for each in releases]}
    records = [NewRecord(each.above.id, {}, each.path, NO_KEYS) for each in releases]
    of = at.view[side.of]
    await check_none(connection, at, of, "UPDATE", held_fast(of, side.far), values)
    sql, arguments = prepared(bulk_release(of, side.far), at.schema, {**values, **at.caller.variables})
    with telling(at, of, records, {}):
        at.written.note(of, "UPDATE", [row[0] for row in await connection.fetch(sql, *arguments)])


async def _connect(connection: Connection, at: Workplace, side: Side, members: Sequence[Member]) -> None:
    check_once(members)
    records = records_of(members)
    values = {"id": [each.id for each in records], ABOVE: [each.above.id for each in members]}
    of = at.view[side.of]
    await check_each(connection, at, of, "UPDATE", values["id"])
    sql, arguments = prepared(bulk_connect(of, side.far), at.schema, {**values, **at.caller.variables})
    with telling(at, of, records, {side.far: values[ABOVE]}):
        await connection.execute(sql, *arguments)
    at.written.note(of, "UPDATE", values["id"])


async def _disconnect(connection: Connection, at: Workplace, side: Side, members: Sequence[Member]) -> None:
    await _change_alike(connection, at, side, members, {side.far: [None] * len(members)})


async def _change(connection: Connection, at: Workplace, side: Side, members: Sequence[Member]) -> None:
    check_once(members)
    by_id = {each.record.id: each for each in members}
    for alike in by_fields(records_of(members)):
        values = dict(await columns_of(connection, at, at.view[side.of], alike))
        del values["id"]
        await _change_alike(connection, at, side, [by_id[each.id] for each in alike], values)


async def _change_alike(
    connection: Connection, at: Workplace, side: Side, members: Sequence[Member], values: Mapping[str, Sequence[Any]]
) -> None:
    """All get a value in each of these columns. Raises NotAmongThem for one that does not refer to the one above."""
    of, records = at.view[side.of], records_of(members)
    given = {"id": [each.id for each in records], ABOVE: [each.above.id for each in members], **values}
    through = None if side.through is None else via(at.view, side.through)
    statement = bulk_update(of, typed(of, values), side.far, through)
    sql, arguments = prepared(statement, at.schema, {**given, **at.caller.variables})
    with telling(at, of, records, values):
        found = {row[0] for row in await connection.fetch(sql, *arguments)}
    at.written.note(of, "UPDATE", found)
    check_among(members, {(each.above.id, each.record.id) for each in members if each.record.id in found})
